"""The edge: HTTP, the command line, files in and out, the demonstration."""
