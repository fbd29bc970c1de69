"""The only sockets, threads and clocks of the kit."""
