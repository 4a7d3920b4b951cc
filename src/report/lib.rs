//! What is said of numbers, once for the screen and for scripts.
