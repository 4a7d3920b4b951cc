//! The fit as a whole: recovery of planted laws, the split, and what is said about data that cannot show a term.

mod criteria;
mod derivative;
mod identifiability;
mod recovery;
mod resampling;
mod robust;
pub(in crate::law) mod samples;
mod scipy;
mod sizes;
mod whole;
