//! Which forward passes a request is made of.
//!
//! A pass has S new tokens per sequence, and finds P of them in the cache. That is one definition for all: a prompt in
//! one pass has P = 0, a prompt after a cached prefix has P = N, its chunks have growing P, and a generated token has
//! S = 1.
//!
//! A layer with a window sees the last W positions. Then query i of a pass sees `min(P + i, W)` of them, and the sum
//! over the pass is A ([`ForwardPass::products`]). The keys and values that the pass touches are `min(P + S, W + S − 1)`
//! positions ([`ForwardPass::touched`]).
//!
//! Passes come in [runs](PassRun): equal S, P growing by S. Within a part of a run in which no query crosses the edge
//! of the window both sums are affine in P. A run has at most three such parts ([`PassRun::parts`]), and this is why
//! prompts and answers of any length are priced without a loop.

/// One pass through the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForwardPass {
    /// B.
    pub batch: f64,
    /// S: new tokens per sequence.
    pub query_tokens: f64,
    /// P: tokens per sequence whose keys and values are in the cache before the pass.
    pub cached_tokens: f64,
}

/// Which products of queries and keys are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mask {
    /// Those that the causal mask leaves.
    Causal,
    /// All of them, and half are thrown away: as the paper counts.
    Whole,
}

impl ForwardPass {
    /// T = B·S.
    pub fn tokens(&self) -> f64 {
        self.batch * self.query_tokens
    }

    /// P + S: positions that the last query could see.
    pub fn context_tokens(&self) -> f64 {
        self.cached_tokens + self.query_tokens
    }

    /// A: products of a query with a key in one head of one sequence, in a layer that looks back `window` positions
    /// (infinite where it sees all).
    #[inline]
    pub fn products(&self, mask: Mask, window: f64) -> f64 {
        let Self { query_tokens: new, cached_tokens: cached, .. } = *self;
        match mask {
            Mask::Whole => new * (cached + new).min(window),
            Mask::Causal => {
                // The queries before the window is full see one position more each.
                let growing = (window - cached).clamp(0.0, new);
                let full = if growing < new { (new - growing) * window } else { 0.0 };
                growing * cached + growing * (growing + 1.0) / 2.0 + full
            }
        }
    }

    /// `N_kv`: positions of the cache that the pass touches, its own tokens included.
    #[inline]
    pub fn touched(&self, window: f64) -> f64 {
        self.context_tokens().min(window + self.query_tokens - 1.0)
    }
}

/// Passes of equal S one after the other: each finds the tokens of those before it in the cache.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PassRun {
    /// The first.
    pub(crate) first: ForwardPass,
    /// How many, 1 or more.
    pub(crate) count: f64,
}

impl PassRun {
    /// Pass `index`, counted from 0. It need not be whole: between two passes everything is affine.
    #[inline]
    pub(crate) fn pass(&self, index: f64) -> ForwardPass {
        let ForwardPass { query_tokens, cached_tokens, .. } = self.first;
        ForwardPass { cached_tokens: cached_tokens + index * query_tokens, ..self.first }
    }

    pub(crate) fn last(&self) -> ForwardPass {
        self.pass(self.count - 1.0)
    }

    /// Itself, divided where the window begins to matter: before it is full, the one pass in which it fills, and after.
    #[inline]
    pub(crate) fn parts(&self, window: f64) -> impl Iterator<Item = Self> + use<> {
        let ForwardPass { query_tokens: new, cached_tokens: cached, .. } = self.first;
        // Infinite where there is no window: then all passes come before it fills.
        let passes = |until: f64| until.clamp(0.0, self.count);
        let before = passes(((window - cached) / new).floor());
        let within = passes(((window - cached) / new).ceil());
        let run = *self;
        [(0.0, before), (before, within), (within, self.count)]
            .into_iter()
            .filter(|(from, to)| to > from)
            .map(move |(from, to)| Self { first: run.pass(from), count: to - from })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NONE: f64 = f64::INFINITY;

    fn pass(new: u32, cached: u32) -> ForwardPass {
        ForwardPass { batch: 1.0, query_tokens: f64::from(new), cached_tokens: f64::from(cached) }
    }

    #[test]
    fn known_sums() {
        // Three queries after two cached: 3 + 4 + 5.
        assert_eq!(pass(3, 2).products(Mask::Causal, NONE), 12.0);
        assert_eq!(pass(3, 2).products(Mask::Whole, NONE), 15.0);
        // Four see at most: 3 + 4 + 4.
        assert_eq!(pass(3, 2).products(Mask::Causal, 4.0), 11.0);
        assert_eq!((pass(3, 2).touched(NONE), pass(3, 2).touched(2.0)), (5.0, 4.0));
        // One token sees the same with a mask and without.
        assert_eq!(pass(1, 9).products(Mask::Causal, NONE), pass(1, 9).products(Mask::Whole, NONE));
    }

    proptest! {
        /// The definition, query by query and position by position.
        #[test]
        fn closed_forms_equal_the_sums(new in 1_u32..80, cached in 0_u32..120, window in 1_u32..150, has_window: bool) {
            let window = if has_window { f64::from(window) } else { NONE };
            let pass = pass(new, cached);
            let sees = |query: u32| f64::from(cached + query).min(window);
            prop_assert_eq!(pass.products(Mask::Causal, window), (1..=new).map(sees).sum::<f64>());
            prop_assert_eq!(pass.products(Mask::Whole, window), f64::from(new) * sees(new));
            let touched = (1..=cached + new).filter(|&position| {
                // Position j is in the window of query i if i's own position is less than W beyond it.
                (1..=new).any(|query| position <= cached + query && f64::from(cached + query - position) < window)
            });
            prop_assert_eq!(pass.touched(window), touched.count() as f64);
        }

        /// The parts are the run, and in each of them both sums are affine.
        #[test]
        fn parts_are_affine(new in 1_u32..9, cached in 0_u32..60, count in 1_u32..40, window in 1_u32..200) {
            let run = PassRun { first: pass(new, cached), count: f64::from(count) };
            let window = f64::from(window);
            let mut passes = Vec::new();
            for part in run.parts(window) {
                for mask in [Mask::Causal, Mask::Whole] {
                    let ends = [part.first, part.last()].map(|pass| (pass.products(mask, window), pass.touched(window)));
                    for index in 0..part.count as u32 {
                        let index = f64::from(index);
                        let share = if part.count > 1.0 { index / (part.count - 1.0) } else { 0.0 };
                        let pass = part.pass(index);
                        let between = |a: f64, b: f64| a + (b - a) * share;
                        prop_assert!((pass.products(mask, window) - between(ends[0].0, ends[1].0)).abs() < 1e-9);
                        prop_assert!((pass.touched(window) - between(ends[0].1, ends[1].1)).abs() < 1e-9);
                    }
                }
                passes.extend((0..part.count as u32).map(|index| part.pass(f64::from(index))));
            }
            let wanted: Vec<_> = (0..count).map(|index| run.pass(f64::from(index))).collect();
            prop_assert_eq!(passes, wanted);
        }
    }
}
