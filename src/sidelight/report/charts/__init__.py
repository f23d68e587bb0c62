"""Charts as inline SVG: their colours are the page's, in the light and in the dark."""
