//! A law's loss with its derivatives.

use super::{Jet, Point};
use crate::features::Axis;
use crate::law::form::{Sense, Slot};
use crate::law::{Coefficients, Variable};
use crate::roofline::Size;

/// L at a point. In the logarithms of the variables each term of Eq. 2 is the exponential of a linear function; a term of a
/// parameter count is the power of a sum of such.
pub(super) fn loss(law: &Coefficients, point: &Point<Jet>) -> Jet {
    let form = law.form();
    let mut sum = Jet::constant(law.get(Slot::Floor) + law.penalty_nats());
    for (place, term) in form.terms.iter().enumerate() {
        let factor = law.get(Slot::Factor(place));
        if factor == 0.0 {
            continue;
        }
        let power = term.exponents.iter().map(|&exponent| {
            let size = law.get(Slot::Exponent(exponent));
            let sign = match form.exponents[exponent].sense {
                Sense::Divides => -1.0,
                Sense::Multiplies => 1.0,
            };
            logarithm(form.exponents[exponent].variable, law, point) * (sign * size)
        });
        sum = sum + power.fold(Jet::constant(0.0), |sum, part| sum + part).exp() * factor;
    }
    sum
}

fn logarithm(variable: Variable, law: &Coefficients, point: &Point<Jet>) -> Jet {
    let Point { layers, width, ffn_ratio, gqa, rho } = *point;
    let parameters = |feed_forward: Jet| layers * width * width * (gqa.recip() * 2.0 + feed_forward * 3.0 + 2.0);
    let value = match variable {
        Variable::Feature(Axis::Layers) => layers,
        Variable::Feature(Axis::Width) => width,
        Variable::Feature(Axis::FfnRatio) => ffn_ratio,
        Variable::Feature(Axis::KvDim) => width * gqa.recip(),
        Variable::Feature(Axis::ActivationRate) => rho,
        Variable::ActiveParameters => parameters(ffn_ratio),
        Variable::TotalParameters => parameters(ffn_ratio * rho.recip()),
        Variable::Tokens => Jet::constant(law.tokens().unwrap_or(f64::NAN)),
    };
    value.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::forms;
    use crate::theory::jet::Gradient;

    /// Every form, against the law itself: the value, and the slope by differences.
    #[test]
    fn it_is_the_laws_loss() {
        let at = [2.5, 7.0, 0.3, 1.2, -1.5];
        for form in forms::ALL {
            let exponents: Vec<f64> = form.exponents.iter().map(|known| known.starts[0] + 0.2).collect();
            let law = Coefficients::new(form, &[9.0, 0.5, 500.0, 0.2], &exponents, 2.5).at_tokens(Some(1e10));
            let value = |at: Gradient| law.loss(&Point::from_logarithms(at).features());
            let jet = loss(&law, &Point::at(&at));
            assert!((jet.value / value(at) - 1.0).abs() < 1e-14, "{}", form.name);
            for place in 0..Point::DIMENSIONS {
                let beside = |by: f64| {
                    let mut moved = at;
                    moved[place] += by;
                    value(moved)
                };
                let slope = (beside(1e-5) - beside(-1e-5)) / 2e-5;
                assert!((jet.gradient[place] - slope).abs() < 1e-8, "{} {place}", form.name);
            }
        }
    }
}
