//! Fitting Eq. 2 to runs.
