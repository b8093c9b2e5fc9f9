//! The body of a call, as far as it may come: media type, coding, size, time.

use std::pin::pin;

use actix_web::HttpRequest;
use actix_web::dev::Decompress;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ContentEncoding, HeaderName};
use actix_web::rt::time::timeout;
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::stream::{self, Stream, StreamExt};

use super::error::CallError;
use crate::config::Limits;

/// How much of a compressed body is unpacked in one step. Deflate makes at most a thousandfold of it, so that a bomb is noticed two
/// megabytes past the limit.
const STEP: usize = 2_048;

/// What a body has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// A hook request, a record.
    Json,
    /// What a browser makes of a form.
    Form,
}

impl Media {
    fn takes(self, media_type: &str) -> bool {
        match self {
            Media::Json => is_json(media_type),
            Media::Form => essence(media_type) == "application/x-www-form-urlencoded",
        }
    }

    /// In the words of a refusal.
    pub const fn words(self) -> &'static str {
        match self {
            Media::Json => "application/json or application/fhir+json",
            Media::Form => "application/x-www-form-urlencoded",
        }
    }
}

/// The body of a call, unpacked, if it is what it has to be, not too large and not too slow.
pub async fn body(request: &HttpRequest, payload: Payload, media: Media, limits: &Limits) -> Result<Bytes, CallError> {
    let limit = limits.max_body_bytes.size();
    if !text(request, CONTENT_TYPE).is_none_or(|media_type| media.takes(media_type)) {
        return Err(CallError::MediaType { takes: media });
    }
    let packed = is_packed(text(request, CONTENT_ENCODING)).ok_or(CallError::MediaType { takes: media })?;
    let announced = text(request, CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok()).unwrap_or_default();
    if announced > limit {
        return Err(CallError::TooLarge { limit });
    }
    let arriving = async {
        if packed {
            arrived(Decompress::new(Box::pin(in_steps(payload)), ContentEncoding::Gzip), announced, limit).await
        } else {
            arrived(payload, announced, limit).await
        }
    };
    timeout(limits.body_ms.milliseconds(), arriving).await.map_err(|_| CallError::BodyLate)?
}

/// All pieces as one. There is room from the start for as much as was announced: a body that outgrows its room time and again is copied as
/// often, and its memory taken anew. Room that nothing comes to fill is never touched, and so costs nothing.
async fn arrived(pieces: impl Stream<Item = Result<Bytes, PayloadError>>, announced: usize, limit: usize) -> Result<Bytes, CallError> {
    let mut pieces = pin!(pieces);
    let mut body = BytesMut::with_capacity(announced);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| match error {
            // Reading a socket fails otherwise; this comes from unpacking.
            PayloadError::Io(_) => CallError::NotGzip,
            _ => CallError::BodyLost,
        })?;
        if body.len() + piece.len() > limit {
            return Err(CallError::TooLarge { limit });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

/// The same bytes in small pieces.
fn in_steps(payload: Payload) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    payload.flat_map(|arrived| {
        let pieces: Vec<_> = match arrived {
            Ok(bytes) => (0..bytes.len()).step_by(STEP).map(|at| Ok(bytes.slice(at..bytes.len().min(at + STEP)))).collect(),
            Err(error) => vec![Err(error)],
        };
        stream::iter(pieces)
    })
}

fn text(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"))
}

fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    // `application/json+fhir` is how DSTU2 clients say it.
    essence.is_empty() || essence == "application/json" || essence == "application/json+fhir" || essence.ends_with("+json")
}

/// Whether the body comes as gzip, the one coding that is taken; `None` for any other.
fn is_packed(coding: Option<&str>) -> Option<bool> {
    match coding.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Some(false),
        "gzip" | "x-gzip" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_by_any_of_its_names() {
        for media_type in ["application/json", "application/json; charset=utf-8", "Application/FHIR+JSON", "application/x+json", ""] {
            assert!(is_json(media_type), "{media_type}");
        }
        for media_type in ["text/plain", "application/xml", "application/fhir+xml", "multipart/form-data; a=+json"] {
            assert!(!is_json(media_type), "{media_type}");
        }
    }

    #[test]
    fn a_form_is_a_form() {
        assert!(Media::Form.takes("application/x-www-form-urlencoded; charset=UTF-8") && !Media::Form.takes("application/json"));
        assert!(!Media::Json.takes("application/x-www-form-urlencoded") && !Media::Form.takes("multipart/form-data"));
    }

    #[test]
    fn gzip_is_the_one_coding_that_is_taken() {
        for (coding, packed) in [(None, false), (Some("identity"), false), (Some("GZIP"), true), (Some("x-gzip"), true)] {
            assert_eq!(is_packed(coding), Some(packed), "{coding:?}");
        }
        for coding in ["deflate", "br", "zstd", "gzip, gzip", "unreadable"] {
            assert_eq!(is_packed(Some(coding)), None, "{coding}");
        }
    }
}
