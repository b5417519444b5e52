"""What a machine would mark: computed attributes, links to offer, the cast, and whole attributions."""
