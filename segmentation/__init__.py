"""What kinds of communities live where: features, clusters, portraits."""
