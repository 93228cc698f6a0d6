"""Build the bundled price book: import lists, check rows, write the book (``tariff catalogue``)."""
