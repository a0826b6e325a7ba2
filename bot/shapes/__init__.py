"""The documented shapes of `--json`: what each command prints for programs."""
