"""Files in and out: the inventory workbook as offices send it, and the blank template."""
