//! A tree of keys, each with its place. Every key keeps where it was written while trees of a file and of variables are put together.

use std::collections::BTreeMap;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use super::defect::Place;
use super::document::Entry;

/// The way from the root to a key; of a list `[0]`.
pub(super) type Steps = Vec<String>;

/// One key with what stands there.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
    /// What a variable says letter for letter, where it could also be read as a number or a list.
    letters: Option<String>,
}

/// What stands at a key.
#[derive(Clone)]
pub(super) enum Value {
    Text(String),
    /// A number, a truth value or a time, as it is written.
    Plain(String),
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
}

impl Value {
    /// What TOML says, each key with the place that `place` has for its offset.
    pub(super) fn of(value: DeValue<'_>, place: &impl Fn(usize) -> Place) -> Value {
        match value {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Array(list) => Value::List(list.into_iter().map(|item| Node::of(item, place)).collect()),
            DeValue::Table(table) => {
                let entry = |(key, value): (Spanned<DeString<'_>>, Spanned<DeValue<'_>>)| {
                    let node = Node { place: place(key.span().start), value: Value::of(value.into_inner(), place), letters: None };
                    (key.into_inner().into_owned(), node)
                };
                Value::Table(table.into_iter().map(entry).collect())
            }
            DeValue::Integer(number) => Value::Plain(number.to_string()),
            DeValue::Float(number) => Value::Plain(number.to_string()),
            DeValue::Boolean(truth) => Value::Plain(truth.to_string()),
            DeValue::Datetime(time) => Value::Plain(time.to_string()),
        }
    }
}

impl Node {
    /// What was written here, with nothing else known of it.
    pub(super) fn new(place: Place, value: Value) -> Node {
        Node { place, value, letters: None }
    }

    /// An empty table.
    pub(super) fn table(place: Place) -> Node {
        Node::new(place, Value::Table(BTreeMap::new()))
    }

    fn of(item: Spanned<DeValue<'_>>, place: &impl Fn(usize) -> Place) -> Node {
        Node::new(place(item.span().start), Value::of(item.into_inner(), place))
    }

    /// What a variable says: a number, a truth value, a list or a table where it reads like one, else text.
    pub(super) fn of_variable(place: &Place, text: &str) -> Node {
        let anywhere = |_| place.clone();
        match DeValue::parse(text.trim()).map(|value| Value::of(value.into_inner(), &anywhere)) {
            Ok(value @ (Value::Plain(_) | Value::List(_) | Value::Table(_))) => {
                Node { place: place.clone(), value, letters: Some(text.to_owned()) }
            }
            // Quotes of TOML are part of the text: nobody writes them in a variable.
            Ok(Value::Text(_)) | Err(_) => Node::new(place.clone(), Value::Text(text.to_owned())),
        }
    }

    /// The node at the end of these steps.
    pub(super) fn at(&self, steps: &[String]) -> Option<&Node> {
        let Some((first, rest)) = steps.split_first() else { return Some(self) };
        match &self.value {
            Value::Table(entries) => entries.get(first)?.at(rest),
            Value::List(items) => items.get(index(first)?)?.at(rest),
            Value::Text(_) | Value::Plain(_) => None,
        }
    }

    fn at_mut(&mut self, steps: &[String]) -> Option<&mut Node> {
        let Some((first, rest)) = steps.split_first() else { return Some(self) };
        match &mut self.value {
            Value::Table(entries) => entries.get_mut(first)?.at_mut(rest),
            Value::List(items) => items.get_mut(index(first)?)?.at_mut(rest),
            Value::Text(_) | Value::Plain(_) => None,
        }
    }

    /// Leaves out what stands at the end of these steps; whether there was something.
    pub(super) fn remove(&mut self, steps: &[String]) -> bool {
        let Some((last, above)) = steps.split_last() else { return false };
        match self.at_mut(above).map(|node| &mut node.value) {
            Some(Value::Table(entries)) => entries.remove(last).is_some(),
            Some(Value::List(items)) => {
                let found = index(last).filter(|index| *index < items.len());
                found.map(|index| items.remove(index)).is_some()
            }
            Some(Value::Text(_) | Value::Plain(_)) | None => false,
        }
    }

    /// Takes a variable on the way letter for letter, once; says at which step.
    pub(super) fn retell(&mut self, steps: &[String]) -> Option<Steps> {
        (0..=steps.len()).rev().find_map(|length| {
            let node = self.at_mut(&steps[..length])?;
            node.value = Value::Text(node.letters.take()?);
            Some(steps[..length].to_vec())
        })
    }

    /// The tree as serde reads it. Every span is the number of its node in `numbers`, so that an error names its key.
    pub(super) fn numbered<'a>(&'a self, steps: &mut Steps, numbers: &mut Vec<Steps>) -> Spanned<DeValue<'a>> {
        let number = numbers.len();
        numbers.push(steps.clone());
        let value = match &self.value {
            Value::Text(text) => DeValue::String(DeString::Borrowed(text)),
            Value::Plain(text) => DeValue::parse(text).expect("it was read as TOML before").into_inner(),
            Value::List(items) => {
                let mut list = DeArray::new();
                for (index, item) in items.iter().enumerate() {
                    steps.push(format!("[{index}]"));
                    list.push(item.numbered(steps, numbers));
                    steps.pop();
                }
                DeValue::Array(list)
            }
            Value::Table(entries) => {
                let mut table = DeTable::new();
                for (key, node) in entries {
                    steps.push(key.clone());
                    let value = node.numbered(steps, numbers);
                    steps.pop();
                    table.insert(Spanned::new(value.span(), DeString::Borrowed(key)), value);
                }
                DeValue::Table(table)
            }
        };
        Spanned::new(number..number + 1, value)
    }

    /// Makes the paths of a file relative to its directory: keys `file` and `.._file`, and the file of an SQLite store.
    pub(super) fn resolve(&mut self, key: &str, directory: &Path) {
        match &mut self.value {
            Value::Text(text) if key == "file" || key.ends_with("_file") => {
                if let Some(path) = directory.join(&*text).to_str() {
                    *text = path.to_owned();
                }
            }
            Value::Text(text) if key == "url" => {
                if let Some(url) = sqlite(text, directory) {
                    *text = url;
                }
            }
            Value::Text(_) | Value::Plain(_) => {}
            Value::List(items) => items.iter_mut().for_each(|item| item.resolve(key, directory)),
            Value::Table(entries) => entries.iter_mut().for_each(|(key, node)| node.resolve(key, directory)),
        }
    }

    /// Notes every key below with its value.
    pub(super) fn list(&self, key: &str, entries: &mut Vec<Entry>) {
        if let Value::Table(table) = &self.value {
            if table.is_empty() && !key.is_empty() {
                entries.push(Entry { key: key.to_owned(), value: "{}".to_owned(), place: self.place.clone() });
            }
            for (name, node) in table {
                node.list(&if key.is_empty() { name.clone() } else { format!("{key}.{name}") }, entries);
            }
            return;
        }
        let value = if key == "store.url" { "(not shown)".to_owned() } else { self.value.to_string() };
        entries.push(Entry { key: key.to_owned(), value, place: self.place.clone() });
    }
}

fn index(step: &str) -> Option<usize> {
    step.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// The URL of an SQLite file that was given relative to the directory.
fn sqlite(url: &str, directory: &Path) -> Option<String> {
    let rest = url.strip_prefix("sqlite:")?;
    let file = rest.strip_prefix("//").unwrap_or(rest);
    if file.is_empty() || file.starts_with(['/', ':']) {
        return None;
    }
    // What stands for itself in a path has a meaning in a URL.
    let directory = directory.to_str()?.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    Some(format!("sqlite:{}", Path::new(&directory).join(file).to_str()?))
}

/// As TOML has it.
impl std::fmt::Display for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Text(text) => write!(formatter, "{text:?}"),
            Value::Plain(text) => formatter.write_str(text),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.value.to_string()).collect();
                write!(formatter, "[{}]", items.join(", "))
            }
            Value::Table(entries) => {
                let entries: Vec<String> = entries.iter().map(|(key, node)| format!("{key} = {}", node.value)).collect();
                write!(formatter, "{{ {} }}", entries.join(", "))
            }
        }
    }
}
