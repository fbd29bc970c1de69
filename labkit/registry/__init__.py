"""Who is where: the registry, its line protocol and its machine."""
