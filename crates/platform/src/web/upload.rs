//! A form with a file in it.

use std::sync::Arc;

use axum::{
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request},
    http::StatusCode,
};
use bytes::Bytes;

use super::Form;
use crate::{app::App, error::Error};

/// A form that was sent with a file.
#[derive(Debug, Default)]
pub struct Upload {
    /// Its other fields.
    pub form: Form,
    /// The file's name and content; nothing when none was chosen.
    pub file: Option<(String, Bytes)>,
    /// Whether the file was larger than we take.
    pub is_too_large: bool,
}

impl FromRequest<Arc<App>> for Upload {
    type Rejection = Error;

    async fn from_request(mut request: Request, app: &Arc<App>) -> Result<Self, Error> {
        // The words around a file are few; they fit into what is left beside it.
        let largest = app.config.import_limit;
        DefaultBodyLimit::max(largest.saturating_add(64 * 1024)).apply(&mut request);
        let mut sent = Multipart::from_request(request, app)
            .await
            .map_err(|_| Error::Refused("Please send this as a form with a file.".to_owned()))?;
        let mut fields = Vec::new();
        let mut upload = Self::default();
        loop {
            let field = match sent.next_field().await {
                Ok(Some(field)) => field,
                Ok(None) => break,
                Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    upload.is_too_large = true;
                    break;
                }
                Err(_) => return Err(broken_off()),
            };
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(str::to_owned);
            let content = match field.bytes().await {
                Ok(content) => content,
                Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    upload.is_too_large = true;
                    break;
                }
                Err(_) => return Err(broken_off()),
            };
            match file {
                Some(file) if !file.is_empty() => {
                    upload.is_too_large |= content.len() > largest;
                    upload.file = Some((bare_name(&file), content));
                }
                Some(_) => {}
                None => fields.push((name, String::from_utf8_lossy(&content).into_owned())),
            }
        }
        upload.form = Form::of(fields);
        Ok(upload)
    }
}

pub(crate) fn broken_off() -> Error {
    Error::Refused("The file did not arrive as a whole. Please choose it again.".to_owned())
}

/// The last part of a name that may be a path of somebody's disk, at a length that fits on a page.
pub(crate) fn bare_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.chars().filter(|letter| !letter.is_control()).take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        assert_eq!(bare_name("C:\\Users\\ada\\tracker.xlsx"), "tracker.xlsx");
        assert_eq!(bare_name("../../etc/passwd"), "passwd");
    }
}
