//! What the operator settles about releases: whose manifests are believed, and what must have signed a checkpoint before a
//! receipt is given out.

use std::path::PathBuf;

use serde::Deserialize;
use tlog::{Policy, VerifierKey};

use super::SettingsError;

/// The settings as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The key with which the extract engine signs manifests; without it none is taken.
    pub engine: Option<String>,
    /// A policy (C2SP tlog-policy) that a checkpoint must satisfy; without it this log's own signature is enough.
    pub policy: Option<PathBuf>,
}

/// The same, read.
#[derive(Debug, Clone, Default)]
pub struct Releasing {
    /// The engine's key.
    pub engine: Option<VerifierKey>,
    /// The policy.
    pub policy: Option<Policy>,
}

impl Release {
    /// What a value of these is wrong, and what it may be.
    pub(super) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        match self.engine.as_ref().map(|key| key.parse::<VerifierKey>()) {
            Some(Err(_)) => {
                Err(("release.engine", "a verifier key as the data zone prints it, such as name+1b2c3d4e+AXY..."))
            }
            _ => Ok(()),
        }
    }
}

impl Releasing {
    /// Reads what the settings name.
    ///
    /// # Errors
    /// If the engine's key is none, or the policy cannot be read or is none.
    pub fn of(settings: &Release) -> Result<Self, SettingsError> {
        let value = |(key, expected)| SettingsError::Value { file: "settings".to_owned(), key, expected };
        settings.check().map_err(value)?;
        let policy = settings.policy.as_ref().map(|path| {
            let file = || path.display().to_string();
            let bytes = std::fs::read(path).map_err(|error| SettingsError::File { file: file(), error })?;
            Policy::parse(&bytes).map_err(|error| SettingsError::Policy { file: file(), error })
        });
        let engine = settings.engine.as_ref().and_then(|key| key.parse().ok());
        Ok(Self { engine, policy: policy.transpose()? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::*;

    #[test]
    fn a_key_or_policy_that_is_none_is_named() {
        let error = Settings::parse("[release]\nengine = \"none\"\n", "settings.toml").unwrap_err().to_string();
        assert!(error.starts_with("settings.toml: release.engine: expected a verifier key"), "{error}");
        let place = tempfile::tempdir().unwrap();
        let policy = place.path().join("policy");
        let settings = Release { engine: None, policy: Some(policy.clone()) };
        assert!(Releasing::of(&settings).unwrap_err().to_string().contains("policy: cannot be read"));
        std::fs::write(&policy, "quorum somebody\n").unwrap();
        let error = Releasing::of(&settings).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
        std::fs::write(&policy, "quorum none\n").unwrap();
        assert!(Releasing::of(&settings).unwrap().policy.is_some());
    }
}
