//! Which modules of a model are meant: by name, by a part of it, by a pattern.
//!
//! A module of the decoder is called `layers.3.self_attn.q_proj` here, whatever stands before it in the file. One of
//! another part of the model, such as a vision tower, has layers too and means none of ours.

use std::collections::HashMap;

/// Things that are said of modules.
#[derive(Debug, Clone)]
pub(super) struct Modules<T> {
    /// By the whole name of a module, or of one that it is a part of.
    named: HashMap<String, T>,
    /// By some of its parts, or by a pattern; the first that fits counts.
    others: Vec<(Pattern, T)>,
}

impl<T> Default for Modules<T> {
    fn default() -> Self {
        Self { named: HashMap::new(), others: Vec::new() }
    }
}

#[derive(Debug, Clone)]
enum Pattern {
    /// Parts that follow each other somewhere in the name.
    Parts(String),
    /// `*` stands for anything and `?` for one letter. It fits a module if it fits one that this is a part of.
    Glob(String),
    /// The same, which only fits the very module.
    Whole(String),
}

/// What stands before the layers of the decoder.
const BEFORE_LAYERS: [&str; 8] =
    ["model", "language_model", "text_model", "transformer", "decoder", "llm", "thinker", "base_model"];

/// Full names that a pattern may have been written for.
const PREFIXES: [&str; 5] = ["model.", "", "model.language_model.", "language_model.model.", "language_model."];

impl<T: Copy> Modules<T> {
    /// Adds what is said of the modules called so: a name, a pattern with `*`, or `re:` and a regular expression.
    pub(super) fn add(&mut self, name: &str, said: T) {
        if let Some(expression) = name.strip_prefix("re:") {
            self.add_expression(expression, said);
        } else if name.contains('*') {
            self.others.push((Pattern::Glob(name.to_owned()), said));
        } else if let Some(name) = within_decoder(name) {
            self.named.entry(name).or_insert(said);
        } else {
            self.others.push((Pattern::Parts(format!(".{name}.")), said));
        }
    }

    /// The same of a regular expression. One that says more than `.*`, `\d+` and `(a|b)` is not understood and fits nothing.
    pub(super) fn add_expression(&mut self, expression: &str, said: T) {
        let patterns = alternatives(expression).into_iter().filter_map(|one| glob_of(&one));
        self.others.extend(patterns.map(|glob| (Pattern::Whole(glob), said)));
    }

    /// What is said of a module.
    pub(super) fn get(&self, module: &str) -> Option<&T> {
        let mut named = upwards(module).filter_map(|name| self.named.get(name));
        named.next().or_else(|| self.others.iter().find(|(pattern, _)| pattern.fits(module)).map(|(_, said)| said))
    }
}

impl Pattern {
    fn fits(&self, module: &str) -> bool {
        match self {
            Self::Parts(parts) => format!(".{module}.").contains(parts),
            Self::Glob(glob) => full(module).any(|name| upwards(&name).any(|name| fits(glob, name))),
            Self::Whole(glob) => full(module).any(|name| fits(glob, &name)),
        }
    }
}

/// The names that a module may have in the file.
fn full(module: &str) -> impl Iterator<Item = String> + '_ {
    PREFIXES.iter().map(move |prefix| format!("{prefix}{module}"))
}

/// A module, then what it is a part of.
fn upwards(module: &str) -> impl Iterator<Item = &str> {
    let ends = module.match_indices('.').map(|(end, _)| end).rev();
    std::iter::once(module.len()).chain(ends).map(|end| &module[..end])
}

/// `layers.3.mlp` for `model.language_model.layers.3.mlp`; none where the name leads elsewhere or nowhere in particular.
fn within_decoder(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('.').collect();
    let at = parts.iter().position(|part| ["layers", "lm_head", "embed_tokens"].contains(part))?;
    let (before, rest) = parts.split_at(at);
    before.iter().all(|part| BEFORE_LAYERS.contains(part)).then(|| rest.join("."))
}

/// An expression for each of the alternatives in its brackets.
fn alternatives(expression: &str) -> Vec<String> {
    const MOST: usize = 4096;
    let mut done = Vec::new();
    let mut open = vec![expression.to_owned()];
    while let Some(one) = open.pop() {
        // The innermost brackets first.
        let close = one.find(')');
        let Some((start, end)) = close.and_then(|end| Some((one[..end].rfind('(')?, end))) else {
            done.extend(one.split('|').map(str::to_owned));
            continue;
        };
        let (before, inside, after) = (&one[..start], &one[start + 1..end], &one[end + 1..]);
        let inside = inside.strip_prefix("?:").unwrap_or(inside);
        if done.len() + open.len() > MOST {
            break;
        }
        open.extend(inside.split('|').rev().map(|inside| format!("{before}{inside}{after}")));
    }
    done
}

/// A pattern that fits what an expression fits; none where it says more than a pattern can.
fn glob_of(expression: &str) -> Option<String> {
    let (expression, is_whole) = match expression.strip_suffix('$') {
        Some(start) => (start, true),
        None => (expression, false),
    };
    let expression = expression.strip_prefix('^').unwrap_or(expression);
    let expression = expression.replace("[0-9]+", "*").replace("\\d+", "*").replace(".*", "*").replace(".+", "*");
    let mut glob = String::new();
    let mut letters = expression.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => glob.push(letters.next().filter(|next| !next.is_alphanumeric())?),
            '.' => glob.push('?'),
            '?' | '+' | '[' | ']' | '{' | '}' | '(' | ')' | '^' | '$' => return None,
            other => glob.push(other),
        }
    }
    if !is_whole {
        // An expression need not fit the end of a name.
        glob.push('*');
    }
    Some(glob)
}

/// Whether a pattern fits a name, by trying a longer `*` whenever the rest does not fit.
fn fits(glob: &str, name: &str) -> bool {
    let (glob, name) = (glob.as_bytes(), name.as_bytes());
    let (mut at, mut of, mut retry) = (0, 0, None);
    while of < name.len() {
        match glob.get(at) {
            Some(b'*') => {
                retry = Some((at, of));
                at += 1;
            }
            Some(letter) if *letter == b'?' || *letter == name[of] => {
                at += 1;
                of += 1;
            }
            _ => {
                let Some((star, start)) = retry else { return false };
                retry = Some((star, start + 1));
                at = star + 1;
                of = start + 1;
            }
        }
    }
    glob[at..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_meant(name: &str, module: &str) -> bool {
        let mut modules = Modules::default();
        modules.add(name, ());
        modules.get(module).is_some()
    }

    #[test]
    fn modules_are_meant_by_name_by_part_and_by_pattern() {
        const QUERY: &str = "layers.3.self_attn.q_proj";
        for (name, module, wanted) in [
            ("model.layers.3.self_attn.q_proj", QUERY, true),
            ("model.layers.3.self_attn", QUERY, true),
            ("model.layers.3", QUERY, true),
            ("model.layers.30", QUERY, false),
            ("model.language_model.layers.3.self_attn", QUERY, true),
            ("vision_tower.encoder.layers.3.self_attn", QUERY, false),
            ("visual", QUERY, false),
            ("self_attn", QUERY, true),
            ("self_attn.q", QUERY, false),
            ("model.layers.*.self_attn", QUERY, true),
            ("*self_attn*", QUERY, true),
            ("*.mlp.gate", "layers.3.mlp.gate", true),
            ("*.mlp.gate", "layers.3.mlp.gate_proj", false),
            ("re:.*self_attn.*", QUERY, true),
            ("re:.*mlp.gate$", "layers.3.mlp.gate_proj", false),
            ("re:.*mlp.gate", "layers.3.mlp.gate_proj", true),
            (r"re:model\.layers\.(1|3)\..*", QUERY, true),
            (r"re:model\.layers\.(1|2)\..*", QUERY, false),
            (r"re:.*layers\.\d+\.(?:self_attn|mlp)\..*$", QUERY, true),
            (r"re:.*layers\.[3-5]\..*", QUERY, false),
            ("re:visual.*", QUERY, false),
            ("re:.*lm_head", "lm_head", true),
            ("language_model.lm_head", "lm_head", true),
            ("lm_head", "lm_head", true),
            ("*lm_head*", "lm_head", true),
            ("model.embed_tokens", "embed_tokens", true),
        ] {
            assert_eq!(is_meant(name, module), wanted, "{name} of {module}");
        }
    }

    #[test]
    fn absurd_expressions_end() {
        for name in ["re:((((", "re:))))", "re:", "re:(|)(|)(|)", "re:\\", "*", &format!("re:{}", "(a|b|c)".repeat(40))]
        {
            let _ = is_meant(name, "layers.0.mlp");
        }
        assert!(is_meant("*", "layers.0.mlp"));
    }
}
