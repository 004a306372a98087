"""The showcase in a real browser: what a person does with a mouse, a thumb, a keyboard, or without JavaScript."""
