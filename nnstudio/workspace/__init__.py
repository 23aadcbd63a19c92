"""One open project: edit, analyse, compile, train, export. Qt-free; torch only on first need."""
