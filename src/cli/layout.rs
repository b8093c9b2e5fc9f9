//! Lines of 100 columns for a terminal. What comes from the record is made harmless first: no control character gets through.

use anstyle::{AnsiColor, Style};

/// How wide a line may be.
pub const COLUMNS: usize = 100;

/// A heading.
pub const HEADING: Style = Style::new().bold();
/// Something good.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Something to look at.
pub const NOTICE: Style = AnsiColor::Yellow.on_default();
/// Something that endangers.
pub const DANGER: Style = AnsiColor::Red.on_default().bold();
/// Something beside the matter.
pub const FAINT: Style = Style::new().dimmed();

/// The text in a style. Colour is taken out again where it is not wanted, at the door.
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The text without control characters and without characters that turn the direction of writing.
pub fn clean(text: &str) -> String {
    let hidden = |c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if hidden(c) { ' ' } else { c }).collect()
}

/// The text in lines of at most [`COLUMNS`], each indented, those after the first by two more. Line breaks in it stay.
pub fn wrapped(text: &str, indent: usize) -> String {
    text.lines().map(|line| wrapped_line(line, indent)).collect()
}

fn wrapped_line(line: &str, indent: usize) -> String {
    let line = clean(line);
    // A list item or a deeper indent keeps its own.
    let own = line.len() - line.trim_start().len();
    let mut out = String::new();
    let mut row = " ".repeat(indent + own);
    let hanging = indent + own + 2;
    let mut filled = false;
    for word in line.split_whitespace() {
        if filled && row.chars().count() + 1 + word.chars().count() > COLUMNS {
            out += &row;
            out.push('\n');
            row = " ".repeat(hanging);
            filled = false;
        }
        if filled {
            row.push(' ');
        }
        row += word;
        filled = true;
    }
    out += row.trim_end();
    out.push('\n');
    out
}

/// Markdown as plain text: marks of headings, emphasis and escapes taken off, tables left as they are.
pub fn plain(markdown: &str) -> String {
    markdown.lines().map(|line| plain_line(line) + "\n").collect()
}

fn plain_line(line: &str) -> String {
    let heading = line.trim_start_matches('#');
    let line = if heading.len() < line.len() && heading.starts_with(' ') { heading.trim_start() } else { line };
    let mut out = String::new();
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next_if(char::is_ascii_punctuation) {
                Some(escaped) => out.push(escaped),
                None => out.push('\\'),
            },
            '*' if characters.next_if_eq(&'*').is_some() => (),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        let text = "word ".repeat(100);
        let wrapped = wrapped(&text, 4);
        assert!(wrapped.lines().count() > 1);
        assert!(wrapped.lines().all(|line| line.chars().count() <= COLUMNS && line.starts_with("    ")), "{wrapped}");
    }

    #[test]
    fn the_record_cannot_steer_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\u{202e}c\r"), "a [31mb c ");
    }

    #[test]
    fn markdown_reads_as_text() {
        assert_eq!(plain("## Trials\n**bold** and 5\\*3\n- item"), "Trials\nbold and 5*3\n- item\n");
    }
}
