"""What happens, one coroutine per file, over the ports alone."""
