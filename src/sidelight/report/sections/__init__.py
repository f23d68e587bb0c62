"""The sections of pages: figures in, what a template shows out."""
