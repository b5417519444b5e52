"""What is said about a text: articles, annotations, the scheme, and the editing session."""
