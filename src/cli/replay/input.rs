//! The files of a replay, read one chart at a time: whatever they come to, one chart is held for each thread and no more.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use indicatif::ProgressBar;

use super::super::Stop;
use super::refused::Why;

/// The largest chart that is read, in bytes.
pub const LARGEST: u64 = 64 * 1024 * 1024;

/// How much of a file is read at once.
const BUFFER: usize = 256 * 1024;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// One JSON value.
    Whole,
    /// One JSON value a line.
    Lines,
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which file.
    pub file: Arc<Path>,
    /// Which line, from 1; `None` where the file is one value.
    pub line: Option<u64>,
}

/// One JSON value as it stands in a file, or why there is none.
#[derive(Debug)]
pub struct Taken {
    /// Where.
    pub place: Place,
    /// Its bytes.
    pub body: Result<Vec<u8>, Why>,
}

/// What is named on the command line, found and counted.
#[derive(Debug, Default)]
pub struct Found {
    /// The files to be read, in order.
    files: Vec<PathBuf>,
    /// What they come to, in bytes; `None` with standard input among them.
    pub bytes: Option<u64>,
    /// Files of folders that have another name than records have.
    pub passed_over: u64,
}

impl Found {
    /// The files of these names: a folder stands for all files below it that are named as records are; `-` is standard input.
    pub fn of(inputs: &[PathBuf]) -> Result<Found, Stop> {
        let mut found = Found { bytes: Some(0), ..Found::default() };
        for input in inputs {
            if input.as_os_str() == "-" {
                found.bytes = None;
                found.files.push(input.clone());
            } else if input.is_dir() {
                found.folder(input).map_err(|error| Stop::new(format_args!("{}: {error}", input.display())))?;
            } else {
                found.named(input).map_err(|error| Stop::new(format_args!("{}: {error}", input.display())))?;
            }
        }
        Ok(found)
    }

    /// How many files there are.
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// A file of the command line: told at once where it cannot be read, before hours of reading the others.
    fn named(&mut self, file: &Path) -> io::Result<()> {
        // A pipe can be opened only once.
        if std::fs::metadata(file)?.is_file() {
            File::open(file)?;
        }
        self.file(file.to_owned());
        Ok(())
    }

    fn file(&mut self, file: PathBuf) {
        let size = std::fs::metadata(&file).map_or(0, |about| about.len());
        self.bytes = self.bytes.map(|bytes| bytes + size);
        self.files.push(file);
    }

    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        let mut entries = std::fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let (path, kind) = (entry.path(), entry.file_type()?);
            // A link to a folder is not followed: it may lead back here.
            if kind.is_dir() {
                self.folder(&path)?;
            } else if path.is_file() && layout(&path).is_some() {
                self.file(path);
            } else {
                self.passed_over += 1;
            }
        }
        Ok(())
    }
}

/// What a file of this name holds; `None` where records are not named so.
fn layout(file: &Path) -> Option<Layout> {
    let name = file.file_name()?.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match name.rsplit_once('.')?.1 {
        "json" => Some(Layout::Whole),
        "ndjson" | "jsonl" => Some(Layout::Lines),
        _ => None,
    }
}

/// The values of all files, one after the other.
pub struct Input {
    files: std::vec::IntoIter<PathBuf>,
    open: Option<Open>,
    progress: ProgressBar,
}

struct Open {
    file: Arc<Path>,
    reader: Box<dyn BufRead + Send>,
    layout: Layout,
    line: u64,
}

impl Input {
    /// Nothing read yet. What is read moves the bar.
    pub fn new(found: Found, progress: ProgressBar) -> Input {
        Input { files: found.files.into_iter(), open: None, progress }
    }
}

impl Iterator for Input {
    type Item = Taken;

    fn next(&mut self) -> Option<Taken> {
        loop {
            let Some(open) = &mut self.open else {
                let path = self.files.next()?;
                match Open::new(&path, &self.progress) {
                    Ok(open) => self.open = Some(open),
                    Err(_) => return Some(Taken { place: Place { file: path.into(), line: None }, body: Err(Why::Unreadable) }),
                }
                continue;
            };
            let read = open.read();
            let place = open.place();
            match read {
                Ok(Some(body)) if body.as_ref().is_ok_and(|body| body.trim_ascii().is_empty()) && open.layout == Layout::Lines => {}
                Ok(Some(body)) => {
                    if open.layout == Layout::Whole {
                        self.open = None;
                    }
                    return Some(Taken { place, body });
                }
                Ok(None) => self.open = None,
                Err(_) => {
                    self.open = None;
                    return Some(Taken { place, body: Err(Why::Unreadable) });
                }
            }
        }
    }
}

impl Open {
    fn new(path: &Path, progress: &ProgressBar) -> io::Result<Open> {
        let (source, layout): (Box<dyn Read + Send>, Layout) = match path.to_str() {
            Some("-") => (Box::new(io::stdin()), Layout::Lines),
            _ => (Box::new(File::open(path)?), layout(path).unwrap_or(Layout::Lines)),
        };
        let mut reader = BufReader::with_capacity(BUFFER, progress.wrap_read(source));
        let is_gzip = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let reader: Box<dyn BufRead + Send> =
            if is_gzip { Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(reader))) } else { Box::new(reader) };
        Ok(Open { file: path.into(), reader, layout, line: 0 })
    }

    fn place(&self) -> Place {
        Place { file: self.file.clone(), line: (self.layout == Layout::Lines).then_some(self.line) }
    }

    /// The next value; what is too large is skipped.
    fn read(&mut self) -> io::Result<Option<Result<Vec<u8>, Why>>> {
        let mut body = Vec::new();
        let mut limited = self.reader.by_ref().take(LARGEST + 1);
        match self.layout {
            Layout::Whole => limited.read_to_end(&mut body)?,
            Layout::Lines => limited.read_until(b'\n', &mut body)?,
        };
        self.line += 1;
        if body.is_empty() && self.layout == Layout::Lines {
            return Ok(None);
        }
        if body.len() as u64 > LARGEST {
            if self.layout == Layout::Lines && !body.ends_with(b"\n") {
                self.reader.skip_until(b'\n')?;
            }
            return Ok(Some(Err(Why::TooLarge)));
        }
        if self.layout == Layout::Lines {
            let kept = body.trim_ascii_end().len();
            body.truncate(kept);
        }
        Ok(Some(Ok(body)))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).expect("compressed");
        encoder.finish().expect("compressed")
    }

    /// What a folder with these files gives: name, line, and the text or why there is none.
    fn read(files: &[(&str, &[u8])]) -> Vec<(String, Option<u64>, Result<String, Why>)> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, content).expect("written");
        }
        let found = Found::of(&[folder.path().to_owned()]).expect("found");
        let told = |taken: Taken| {
            let name = taken.place.file.strip_prefix(folder.path()).expect("inside").display().to_string();
            (name, taken.place.line, taken.body.map(|body| String::from_utf8(body).expect("text")))
        };
        Input::new(found, ProgressBar::hidden()).map(told).collect()
    }

    fn owned(name: &str, line: Option<u64>, body: &str) -> (String, Option<u64>, Result<String, Why>) {
        (name.to_owned(), line, Ok(body.to_owned()))
    }

    #[test]
    fn every_layout_is_read_plain_and_compressed_in_the_order_of_the_names() {
        let (two, nothing) = (gzip(b"{}\r\n\n[]"), gzip(b""));
        let files: &[(&str, &[u8])] = &[
            ("b.ndjson.gz", &two),
            ("a.json", b"{\n}\n"),
            ("sub/c.jsonl", b"1\n2\n"),
            ("readme.md", b"no"),
            // Told by its first bytes, not by its name.
            ("d.ndjson", &two),
            ("e.json.gz", &nothing),
        ];
        let expected = [
            owned("a.json", None, "{\n}\n"),
            owned("b.ndjson.gz", Some(1), "{}"),
            owned("b.ndjson.gz", Some(3), "[]"),
            owned("d.ndjson", Some(1), "{}"),
            owned("d.ndjson", Some(3), "[]"),
            owned("e.json.gz", None, ""),
            owned("sub/c.jsonl", Some(1), "1"),
            owned("sub/c.jsonl", Some(2), "2"),
        ];
        assert_eq!(read(files), expected);
    }

    #[test]
    fn a_file_that_breaks_off_costs_what_is_missing_of_it() {
        let whole = gzip("{}\n".repeat(1000).as_bytes());
        let read = read(&[("a.ndjson.gz", &whole[..whole.len() - 4]), ("b.ndjson", b"{}")]);
        assert_eq!(read.last(), Some(&owned("b.ndjson", Some(1), "{}")));
        assert_eq!(read.iter().filter(|(_, _, body)| *body == Err(Why::Unreadable)).count(), 1, "{:?}", read.len());
    }

    #[test]
    fn a_line_beyond_the_limit_costs_that_line() {
        let mut content = vec![b' '; usize::try_from(LARGEST).expect("it fits") + 1];
        content.extend_from_slice(b"  \n{}\n");
        let read = read(&[("a.ndjson.gz", &gzip(&content))]);
        let expected = [("a.ndjson.gz".to_owned(), Some(1), Err(Why::TooLarge)), owned("a.ndjson.gz", Some(2), "{}")];
        assert_eq!(read, expected);
    }

    #[test]
    fn a_name_that_is_not_there_is_told_at_once() {
        let Stop(line) = Found::of(&["/nowhere/charts.ndjson".into()]).expect_err("refused");
        assert!(line.starts_with("/nowhere/charts.ndjson: "), "{line}");
    }
}
