//! One line of `tegrastats`.

/// What is used of a line.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Sample {
    /// Seconds since some midnight, where the line has a time.
    pub(super) at_s: Option<f64>,
    /// Rails and what flows through them, W, in the order of the line.
    pub(super) rails: Vec<(String, f64)>,
    /// Load of the GPU, %.
    pub(super) gpu_load: Option<f64>,
    /// Its clock, Hz; the fastest of several.
    pub(super) gpu_hz: Option<f64>,
}

impl Sample {
    /// The sample of a line; none of other lines.
    pub(super) fn of(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        // Every release writes the memory, and nothing else writes it so.
        words.windows(2).find(|pair| pair[0] == "RAM" && pair[1].ends_with("MB") && pair[1].contains('/'))?;
        let mut sample = Self { at_s: time_s(&words), ..Self::default() };
        for pair in words.windows(2) {
            if pair[0] == "GR3D_FREQ" || pair[0] == "GR3D" {
                let (load, clocks) = pair[1].split_once('%').unwrap_or((pair[1], ""));
                sample.gpu_load = load.parse().ok().filter(|load| (0.0..=100.0).contains(load));
                let megahertz =
                    clocks.split(|c: char| !c.is_ascii_digit()).filter_map(|clock| clock.parse::<f64>().ok());
                sample.gpu_hz = megahertz.map(|clock| clock * 1e6).reduce(f64::max).filter(|clock| *clock > 0.0);
            } else if let Some(watts) = watts(pair[1]).filter(|_| is_rail(pair[0]))
                && sample.rails.iter().all(|(name, _)| name != pair[0])
            {
                sample.rails.push((pair[0].to_owned(), watts));
            }
        }
        Some(sample)
    }

    /// What flows through all of these rails; none if one is missing.
    pub(super) fn watts_of(&self, rails: &[String]) -> Option<f64> {
        let of = |rail: &String| self.rails.iter().find(|(name, _)| name == rail).map(|(_, watts)| *watts);
        let watts: f64 = rails.iter().map(of).sum::<Option<f64>>()?;
        (watts > 0.0).then_some(watts)
    }
}

fn is_rail(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// `5191mW/5190mW`, `5139mW/5139mW/5139mW`, `1234mW`, and `2532/2698` of old releases; the first is of this moment.
fn watts(word: &str) -> Option<f64> {
    let milliwatts = |part: &str| part.strip_suffix("mW").unwrap_or(part).parse::<u32>().ok();
    if !word.contains("mW") && !word.contains('/') {
        return None;
    }
    let parts: Option<Vec<u32>> = word.split('/').map(milliwatts).collect();
    parts?.first().map(|milliwatts| f64::from(*milliwatts) / 1e3)
}

/// Of `10-22-2024 15:54:22`, seconds since the midnight before the first of January.
fn time_s(words: &[&str]) -> Option<f64> {
    let (date, time) = (words.first()?, words.get(1)?);
    let numbers = |text: &str, mark: char| -> Option<Vec<f64>> {
        text.split(mark).map(|part| part.parse::<f64>().ok().filter(|number| (0.0..1e4).contains(number))).collect()
    };
    let [month, day, year] = numbers(date, '-')?.try_into().ok()?;
    let [hours, minutes, seconds] = numbers(time, ':')?.try_into().ok()?;
    // Months of 31 days: within a log only the order and small differences matter, and a month's end is a gap at worst.
    let days = (year * 12.0 + month) * 31.0 + day;
    Some(((days * 24.0 + hours) * 60.0 + minutes) * 60.0 + seconds)
}
