//! What cannot be meant though every key for itself could.

use std::collections::BTreeMap;

use super::defect::Misfit;
use super::{Client, Config};

/// The longest name of a client.
const NAME_CHARACTERS: usize = 64;

/// Every setting that contradicts another.
pub(super) fn misfits(config: &Config) -> Vec<Misfit> {
    let mut found: Vec<Misfit> = config.clients.iter().flat_map(|(name, client)| of_client(name, client)).collect();
    let mut known: BTreeMap<(&str, Option<&str>), &str> = BTreeMap::new();
    for (name, client) in &config.clients {
        if let Some(other) = known.insert((&client.issuer, client.tenant.as_deref()), name) {
            let what = format!("the same issuer and tenant as client `{other}`: nobody could tell whose token it is");
            found.push(Misfit::new(format!("clients.{name}.issuer"), what));
        }
    }
    if config.audit.required && config.audit.file.is_none() {
        found.push(Misfit::new("audit.required", "there is no audit.file that could be written"));
    }
    found
}

fn of_client(name: &str, client: &Client) -> Vec<Misfit> {
    let key = |key: &str| format!("clients.{name}{key}");
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let sound = name.len() <= NAME_CHARACTERS && !name.is_empty() && name.bytes().all(allowed);
    let checks = [
        (sound, key(""), "a client's name stands in logs and metrics: letters, digits, `-` and `_`, at most 64"),
        (!client.issuer.is_empty(), key(".issuer"), "it is empty"),
        (!client.jku.is_empty() || client.keys_file.is_some(), key(""), "no key could be had: set jku or keys_file"),
        (!client.algorithms.is_empty(), key(".algorithms"), "no token could be signed: name at least one"),
    ];
    checks.into_iter().filter(|(sound, ..)| !sound).map(|(_, key, what)| Misfit::new(key, what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content: &str) -> Vec<String> {
        let config = Config::parse("site.toml", content).expect("settings");
        misfits(&config).into_iter().map(|Misfit { key, what }| format!("{key}: {what}")).collect()
    }

    #[test]
    fn what_contradicts_itself_is_told() {
        let sound = "[clients.a]\nissuer = \"i\"\njku = [\"https://a\"]\n[clients.b]\nissuer = \"i\"\ntenant = \"t\"\nkeys_file = \"k\"\n";
        assert_eq!(told(sound), Vec::<String>::new());
        let wrong = "audit.required = true\n[clients.a]\nissuer = \"i\"\n[clients.\"b c\"]\nissuer = \"i\"\nalgorithms = []\nkeys_file = \"k\"\n\
            [clients.d]\nissuer = \"\"\njku = [\"https://a\"]\n";
        let told = told(wrong);
        let starts = [
            "clients.a: no key",
            "clients.b c: a client's name",
            "clients.b c.algorithms: ",
            "clients.d.issuer: ",
            "clients.b c.issuer: the same",
            "audit.required: ",
        ];
        assert_eq!(told.len(), starts.len(), "{told:?}");
        for (told, start) in told.iter().zip(starts) {
            assert!(told.starts_with(start), "{told}");
        }
    }
}
