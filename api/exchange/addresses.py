"""How a spreadsheet names its cells: column 28 of row 7 is AB7."""


def column_letters(number: int) -> str:
    """Give the letters of a column, numbered from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Give the number of the column with these letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def address(row: int, column: int) -> str:
    """Give the name of a cell; row and column from 1."""
    return f"{column_letters(column)}{row}"


def place(cell: str) -> tuple[int, int]:
    """Give the row and the column of the cell with this name."""
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]), column_number(letters)
