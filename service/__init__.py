"""The face of the wire: Flask for the web, click for the terminal."""
