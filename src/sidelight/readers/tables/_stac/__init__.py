"""STAC in its forms: linked JSON files, collections of items, GeoParquet."""
