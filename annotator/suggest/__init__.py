"""What a machine would mark: computed attributes, links, the cast, whole attributions."""
