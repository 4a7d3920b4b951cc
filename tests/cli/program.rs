//! The binary in a directory of its own, where no file of the user's can interfere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::Value;
use tempfile::TempDir;

/// What a run of the program left behind.
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// Its document, which keeps to the schema.
    pub(crate) fn json(&self) -> Value {
        let document = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr));
        assert_valid(&document);
        document
    }
}

/// Whether a document is one that docs/json.schema.json describes.
pub(crate) fn assert_valid(document: &Value) {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../docs/json.schema.json")).expect("the schema is JSON")
    });
    static VALIDATORS: LazyLock<Mutex<BTreeMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let command = document["command"].as_str().unwrap_or_else(|| panic!("no command: {document}"));
    // That of the command alone, because "none of nineteen fits" says nothing of what is wrong.
    let validator = || {
        let definition = format!("#/$defs/{}", report::definition_of(command));
        let schema = serde_json::json!({ "$ref": definition, "$defs": SCHEMA["$defs"] });
        Arc::new(jsonschema::validator_for(&schema).expect("a command of the schema"))
    };
    let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = Arc::clone(validators.entry(command.to_owned()).or_insert_with(validator));
    drop(validators);
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{command}: {}", errors.join("\n"));
}

/// A place to run it in.
pub(crate) struct Program {
    home: TempDir,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a temporary directory") }
    }

    /// The working directory.
    pub(crate) fn dir(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(&path, text).expect("a file");
        path
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roofscape"));
        command
            .args(args)
            .current_dir(self.dir())
            .env("HOME", self.dir())
            .env("XDG_CONFIG_HOME", self.dir().join("config"))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        let output = self.command(args).output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Output {
            code: output.status.code().expect("an exit code"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Of a line as it would be typed, without quoting.
    pub(crate) fn line(&self, line: &str) -> Output {
        self.run(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// The result of a line that finds something.
    pub(crate) fn found(&self, line: &str) -> Output {
        let output = self.line(line);
        assert_eq!(output.code, 0, "{line}: {}", output.stderr);
        output
    }

    /// What a line that fails says on stderr.
    pub(crate) fn refused(&self, line: &str) -> String {
        let output = self.line(line);
        assert_eq!((output.code, output.stdout.as_str()), (2, ""), "{line}: {}", output.stderr);
        assert!(output.stderr.starts_with("roofscape: "), "{line}: {}", output.stderr);
        output.stderr
    }
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// Equal to 1e-9 of the reference.
pub(crate) fn assert_close(what: &str, ours: &Value, reference: f64) {
    let ours = number(ours);
    assert!(
        ours == reference || (ours - reference).abs() <= 1e-9 * reference.abs(),
        "{what}: {ours} is not {reference}"
    );
}
