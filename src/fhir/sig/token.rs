//! The words and numbers of an instruction.

/// A word or a number of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Word(String),
}

/// The words and numbers of a text; `None` where a sign stands that a plain instruction does not have.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let text = text.to_lowercase();
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let from = at;
        match chars[at] {
            c if c.is_ascii_digit() => {
                while at < chars.len()
                    && (chars[at].is_ascii_digit()
                        || (matches!(chars[at], '.' | '/') && chars.get(at + 1).is_some_and(char::is_ascii_digit)))
                {
                    at += 1;
                }
                tokens.push(Token::Number(number(&chars[from..at].iter().collect::<String>())?));
            }
            c if c.is_ascii_alphabetic() => {
                let mut word = String::new();
                while at < chars.len() && (chars[at].is_ascii_alphabetic() || (chars[at] == '.' && at - from < 6)) {
                    if chars[at] != '.' {
                        word.push(chars[at]);
                    } else if !chars.get(at + 1).is_some_and(char::is_ascii_alphabetic) || word.len() > 3 {
                        break;
                    }
                    at += 1;
                }
                tokens.push(Token::Word(word));
                if at == from {
                    at += 1;
                }
            }
            c if c.is_whitespace() || matches!(c, ',' | '.' | '(' | ')' | ';') => at += 1,
            _ => return None,
        }
    }
    Some(collapsed(tokens))
}

fn number(text: &str) -> Option<f64> {
    let number = match text.split_once('/') {
        Some((above, below)) => above.parse::<f64>().ok()? / below.parse::<f64>().ok()?,
        None => text.parse().ok()?,
    };
    (number.is_finite() && number > 0.0).then_some(number)
}

/// Number words as numbers; "3 three" and "one (1)" as one number; "1 1/2", "one and a half" as one and a half.
fn collapsed(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    for token in tokens {
        let token = match &token {
            Token::Word(word) => number_word(word).map_or(token.clone(), Token::Number),
            Token::Number(_) => token,
        };
        match (&token, out.last_mut()) {
            (Token::Number(new), Some(Token::Number(last))) if new == last => {}
            (Token::Number(0.5), Some(Token::Number(last))) if last.fract() == 0.0 => *last += 0.5,
            (Token::Number(0.5), Some(Token::Word(word))) if matches!(word.as_str(), "and" | "a") => {
                let mut kept = out.len();
                while kept > 0 && matches!(&out[kept - 1], Token::Word(word) if matches!(word.as_str(), "and" | "a")) {
                    kept -= 1;
                }
                match kept.checked_sub(1).and_then(|last| out.get_mut(last)) {
                    Some(Token::Number(last)) if last.fract() == 0.0 => {
                        *last += 0.5;
                        out.truncate(kept);
                    }
                    _ => out.push(token),
                }
            }
            _ => out.push(token),
        }
    }
    out
}

fn number_word(word: &str) -> Option<f64> {
    const WORDS: [&str; 12] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    if word == "half" {
        return Some(0.5);
    }
    WORDS.iter().position(|known| *known == word).map(|index| index as f64 + 1.0)
}
