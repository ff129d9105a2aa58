"""The command line. Qt is imported only when a window is asked for."""
