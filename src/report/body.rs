//! What each command says, as the body of a document.

mod architectures;
mod calibrate;
mod compare;
mod coverage;
mod fit;
mod lists;
mod plan;
mod predict;
mod profiles;
mod reproduce;
mod theory;

pub use architectures::{Export, Frontier, ModelEntry, Search, export};
pub use calibrate::{Calibrate, FittedNumber, LeftOut, PhaseErrors, PowerPart, RowEnergy, RowPart, SummaryPart};
pub use compare::{Compare, ComparedForm, RankPart};
pub use coverage::Coverage;
pub use fit::{
    Answer, ColumnsPart, ExtrapolationTest, Fit, FitPart, InfluencePart, KFoldPart, OptionsPart, OutlierPart,
    ResidualPart, StandardError, UsedPart, ValidationPart, headline,
};
pub use lists::{Item, Laws, Models, ShowModel, Spaces};
pub use plan::{Plan, ProposalPart};
pub use predict::{AllModes, MeasuredEnergy, ModePart, Predict, SensitivityPart};
pub use profiles::{Detect, Profiles, Rank, RankedPart, ShowProfile};
pub use reproduce::{ClaimPart, Reproduce};
pub use theory::{AtWidth, BuiltPart, ClosedFormPart, FormPart, InWords, OptimumPart, Theory, TheoryAnswer};
