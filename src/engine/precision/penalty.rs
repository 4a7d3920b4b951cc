//! What number formats cost in quality, as somebody measured it elsewhere. No law says that, because laws were fitted
//! to models in 16 bit. So a penalty is given by the user and never guessed. Until then it is 0.

use super::Precision;
use crate::error::Error;

/// A format's penalty as it is typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossPenalty {
    /// Name of the number format.
    pub format: &'static str,
    /// What it adds to every loss, nats per token.
    pub nats: f64,
}

impl LossPenalty {
    /// Larger ones are typing errors: exp(10) is a perplexity 22,000 times as high.
    const MAX_NATS: f64 = 10.0;

    /// `w4a16=0.03`.
    pub fn parse(typed: &str) -> Result<Self, Error> {
        let (name, nats) = typed.split_once('=').ok_or_else(|| {
            Error::new(format!("'{typed}' is no loss penalty")).expected("FORMAT=NATS, such as w4a16=0.03")
        })?;
        let format = Precision::named(name.trim()).ok_or_else(|| {
            let known = Precision::ALL.map(|precision| precision.name).join(", ");
            Error::new(format!("'{name}' is no number format")).expected(format!("one of {known}"))
        })?;
        Ok(Self { format: format.name, nats: Self::parse_nats(nats)? })
    }

    /// `0.03`, `0.03 nats`.
    pub fn parse_nats(typed: &str) -> Result<f64, Error> {
        let digits = typed.trim().trim_end_matches("nats").trim();
        digits.parse().ok().filter(|nats| (0.0..=Self::MAX_NATS).contains(nats)).ok_or_else(|| {
            Error::new(format!("'{typed}' is no loss penalty from 0 to {} nats per token", Self::MAX_NATS))
        })
    }
}

/// The penalty of every format in [`Precision::ALL`], to 10⁻⁸ nats per token: finer than anybody measures one, and small
/// enough for settings that are copied all over.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LossPenalties([u32; Precision::ALL.len()]);

const UNITS_PER_NAT: f64 = 1e8;

impl LossPenalties {
    /// Of the format of that name; 0 where none was given.
    pub fn nats(&self, format: &str) -> f64 {
        place(format).map_or(0.0, |place| f64::from(self.0[place]) / UNITS_PER_NAT)
    }

    /// Sets one of them.
    pub fn set(&mut self, LossPenalty { format, nats }: LossPenalty) {
        if let Some(place) = place(format) {
            self.0[place] = (nats * UNITS_PER_NAT).round() as u32;
        }
    }
}

/// What is given later counts.
impl FromIterator<LossPenalty> for LossPenalties {
    fn from_iter<I: IntoIterator<Item = LossPenalty>>(given: I) -> Self {
        let mut penalties = Self::default();
        given.into_iter().for_each(|penalty| penalties.set(penalty));
        penalties
    }
}

fn place(format: &str) -> Option<usize> {
    Precision::ALL.iter().position(|known| known.name == format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn penalties_are_read_as_typed() {
        let typed = ["W4A16=0.03", "q4_0 = 0.08 nats", "w4a16=0.05"];
        let penalties: LossPenalties = typed.map(|typed| LossPenalty::parse(typed).unwrap()).into_iter().collect();
        assert_eq!(["w4a16", "q4_0", "fp16", "none"].map(|name| penalties.nats(name)), [0.05, 0.08, 0.0, 0.0]);
    }

    #[test]
    fn what_is_no_penalty_is_named() {
        let refusal = |typed: &str| LossPenalty::parse(typed).unwrap_err().to_string();
        assert_eq!(refusal("0.03"), "'0.03' is no loss penalty\n  expected: FORMAT=NATS, such as w4a16=0.03");
        assert_eq!(
            refusal("int5=1"),
            "'int5' is no number format\n  expected: one of fp16, bf16, w8a8, w8a16, w4a16, fp8, nvfp4, q8_0, q6_k, \
             q5_k_m, q5_k_s, q5_1, q5_0, q4_k_m, q4_k_s, q4_k, q4_1, q4_0, iq4_nl, iq4_xs, mxfp4, q3_k_l, q3_k_m, \
             q3_k_s, iq3_m, iq3_s, iq3_xs, iq3_xxs, q2_k"
        );
        for nats in ["-0.1", "11", "nan", "inf", "", "much"] {
            let wanted = format!("'{nats}' is no loss penalty from 0 to 10 nats per token");
            assert_eq!(refusal(&format!("fp8={nats}")), wanted);
        }
    }
}
