//! Only dense rates may enter the roofline.
//!
//! Vendors headline the rate with 2:4 structured sparsity, twice what a dense matrix product reaches, and often add
//! the fixed-function accelerators beside the GPU: AGX Orin's "275 TOPS" is 85 dense GPU TOP/s. A profile with such a
//! figure makes every prediction three times too fast and still looks plausible. Two independent rules keep it out:
//! each rate must say that it is dense, and none may exceed what the tensor cores can do at the stated clock.

use super::figure::{Figure, Quantity};
use super::raw::RawFigure;
use crate::toml_source::{KeyPath, TomlSource};
use engine::error::Error;
use engine::text::shown;
use engine::units::{ratio, significant};

/// What one SM does per clock cycle with dense matrices; FMA counts as two operations.
#[derive(Debug)]
struct TensorCores {
    capability: &'static str,
    fp16: f64,
    int8: f64,
    fp8: Option<f64>,
    fp4: Option<f64>,
}

/// 8.7 (Jetson Orin): four tensor cores of 256 FP16 FMA each, twice that in INT8; with the clocks of NVIDIA's tables
/// this gives the printed 85 and 20 dense TOPS of AGX Orin and Orin Nano. 8.6 and 8.9 (GeForce): a quarter of the
/// data-centre parts' width, 512 FP16 FMA, which gives the RTX 4090's printed 330 TFLOPS; FP8 since 8.9. 11.0 (Jetson
/// Thor): from the printed 1035 dense FP4 TFLOPS at 20 SMs and 1575 MHz, halved per step in width.
///
/// Volta and Turing: eight tensor cores of 64 FMA per SM, which gives the 11 FP16 TFLOPS and 22 INT8 TOPS of AGX Xavier's
/// 8 SMs at 1377 MHz; the tensor cores of 7.0 have no INT8, and its other cores do 512. 8.0, 9.0 and 10.0 (data centre):
/// the A100's printed 312 TFLOPS at 108 SMs and 1.41 GHz, doubled with each generation, as in cudnn-frontend's table.
/// 12.0 and 12.1 (`GeForce` RTX 50, DGX Spark): as 8.9 in the same table, which gives the RTX 5090's printed 838 TFLOPS with
/// sparsity; FP4 is twice FP8.
const TENSOR_CORES: [TensorCores; 12] = [
    TensorCores { capability: "7.0", fp16: 1024.0, int8: 512.0, fp8: None, fp4: None },
    TensorCores { capability: "7.2", fp16: 1024.0, int8: 2048.0, fp8: None, fp4: None },
    TensorCores { capability: "7.5", fp16: 1024.0, int8: 2048.0, fp8: None, fp4: None },
    TensorCores { capability: "8.0", fp16: 2048.0, int8: 4096.0, fp8: None, fp4: None },
    TensorCores { capability: "8.6", fp16: 1024.0, int8: 2048.0, fp8: None, fp4: None },
    TensorCores { capability: "8.7", fp16: 2048.0, int8: 4096.0, fp8: None, fp4: None },
    TensorCores { capability: "8.9", fp16: 1024.0, int8: 2048.0, fp8: Some(2048.0), fp4: None },
    TensorCores { capability: "9.0", fp16: 4096.0, int8: 8192.0, fp8: Some(8192.0), fp4: None },
    TensorCores { capability: "10.0", fp16: 8192.0, int8: 16_384.0, fp8: Some(16_384.0), fp4: Some(32_768.0) },
    TensorCores { capability: "11.0", fp16: 8192.0, int8: 16_384.0, fp8: Some(16_384.0), fp4: Some(32_768.0) },
    TensorCores { capability: "12.0", fp16: 1024.0, int8: 2048.0, fp8: Some(2048.0), fp4: Some(4096.0) },
    TensorCores { capability: "12.1", fp16: 1024.0, int8: 2048.0, fp8: Some(2048.0), fp4: Some(4096.0) },
];

/// Dense operations per SM and clock cycle in the format of a key; none where the table does not know.
pub(super) fn operations_per_cycle(capability: &str, key: &str) -> Option<f64> {
    let cores = TENSOR_CORES.iter().find(|cores| cores.capability == capability)?;
    match key {
        "fp16" => Some(cores.fp16),
        "int8" => Some(cores.int8),
        "fp8" => cores.fp8,
        _ => cores.fp4,
    }
}

/// How far a rate may lie above the bound before it is refused: above rounding and boost clocks, below the factor 2
/// of sparsity.
const TOLERANCE: f64 = 1.5;

/// The first rule: every rate says that it is dense.
pub(super) fn check_declared(
    toml: TomlSource<'_>,
    path: &KeyPath,
    quantity: &Quantity,
    raw: &RawFigure,
) -> Result<(), Error> {
    const DENSE: &str = "sparsity = \"dense\"";
    let at = path.key("sparsity");
    match (quantity.rate, raw.sparsity.as_deref()) {
        (true, Some("dense")) | (false, None) => Ok(()),
        (false, Some(_)) => Err(toml
            .error(&at, format!("'{}' is no compute rate, so it has no sparsity", quantity.key))
            .hint("remove the key")),
        (true, None) => Err(toml
            .error(path, "the rate does not say whether it is dense; headline figures usually count 2:4 sparsity")
            .expected(DENSE)
            .hint("look up the dense figure, then add sparsity = \"dense\"")),
        (true, Some(given)) => {
            let error = toml.error(&at, format!("'{}' rates cannot be reached by dense matrices", shown(given)));
            let error = error.expected(DENSE);
            let (Some(value), Some(unit)) = (raw.value, raw.unit.as_deref()) else { return Err(error) };
            Err(error.hint(format!(
                "the dense figure; with 2:4 sparsity it is half of what is printed: value = {}, unit = \"{}\", {DENSE}",
                value / 2.0,
                shown(unit)
            )))
        }
    }
}

/// What bounds a mode's rates: the SMs that run, their clock, and what each can do per cycle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound<'a> {
    pub(super) capability: &'a str,
    pub(super) sms: &'a Figure,
    pub(super) gpu_clock: &'a Figure,
}

impl Bound<'_> {
    /// The second rule: no rate far above the dense peak. A capability not in the table bounds nothing.
    pub(super) fn check(&self, toml: TomlSource<'_>, path: &KeyPath, rate: &Figure) -> Result<(), Error> {
        if !TENSOR_CORES.iter().any(|cores| cores.capability == self.capability) {
            return Ok(());
        }
        let Some(per_clock) = operations_per_cycle(self.capability, rate.key) else {
            let what = format!("compute capability {} has no {} matrix rate", self.capability, rate.key);
            return Err(toml.error(path, what).hint("remove the key"));
        };
        let peak = per_clock * self.sms.si * self.gpu_clock.si;
        let times = rate.si / peak;
        if times <= TOLERANCE {
            return Ok(());
        }
        let peak = format!("{} {}", significant(peak / (rate.si / rate.value), 3), rate.unit);
        let what = format!(
            "{rate} is {} times the dense peak of {} SMs at {} (compute capability {}); it looks like the headline \
             figure, with 2:4 sparsity or with accelerators beside the GPU",
            ratio(times),
            self.sms.value,
            self.gpu_clock,
            self.capability
        );
        Err(toml
            .error(&path.key("value"), what)
            .expected(format!("about {peak}, at most {TOLERANCE} times that"))
            .hint(format!("the dense GPU figure, near {peak}")))
    }

    /// Dense peak in a format, FLOP/s, for figures that are derived from it.
    #[cfg(test)]
    pub(super) fn peak(&self, key: &str) -> f64 {
        operations_per_cycle(self.capability, key).unwrap() * self.sms.si * self.gpu_clock.si
    }
}
