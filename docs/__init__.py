"""The site's generated pages; the written ones are in docs/pages."""
