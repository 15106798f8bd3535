//! A form with files in it, read so that the words in it are there whatever becomes of the files.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, multipart::Field},
    http::{StatusCode, header},
};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

use super::{Attachment, MOST_AT_ONCE, MOST_BYTES, MOST_TOGETHER};
use crate::{
    app::App,
    error::Error,
    web::{Form, LARGEST, bare_name, broken_off, too_large},
};

/// How much is read of a form at all: what is too large is read to its end and let go, so that the browser hears our answer.
const MOST_READ: usize = 128 * 1024 * 1024;

/// A file as it was sent.
#[derive(Clone, Debug)]
pub struct SentFile {
    /// What it is called.
    pub name: String,
    /// What is in it; nothing where that was too large.
    pub content: Option<Bytes>,
}

/// A form that may have files with it.
#[derive(Debug, Default)]
pub struct FormWithFiles {
    /// Its fields.
    pub form: Form,
    /// Its files, those with a name.
    pub files: Vec<SentFile>,
    /// What is wrong with all of them together.
    problem: Option<String>,
}

impl FormWithFiles {
    /// Looks at each file. What is wrong stands beside the form's field of that name; then there is none of them.
    ///
    /// # Errors
    /// Ours, when we can't look.
    pub async fn attachments(&mut self, field: &str) -> Result<Option<Vec<Attachment>>, Error> {
        if let Some(problem) = self.problem.take() {
            self.form.refuse(field, problem);
            return Ok(None);
        }
        let mut attachments = Vec::new();
        let mut problems = Vec::new();
        for file in std::mem::take(&mut self.files) {
            match Attachment::of(file).await? {
                Ok(attachment) => attachments.push(attachment),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            return Ok(Some(attachments));
        }
        problems.push("Nothing is saved yet. Please choose the files once more.".to_owned());
        self.form.refuse(field, problems.join(" "));
        Ok(None)
    }
}

impl FromRequest<Arc<App>> for FormWithFiles {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Error> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            return Ok(Self { form: Form::from_request(request, app).await?, ..Self::default() });
        }
        // The reader of forms takes in whatever is there before it looks at it: after the first it gets one piece at a time.
        let (parts, body) = request.into_parts();
        let mut is_first = true;
        let pieces = body.into_data_stream().then(move |piece| {
            let waits = !std::mem::replace(&mut is_first, false);
            async move {
                if waits {
                    tokio::task::yield_now().await;
                }
                piece
            }
        });
        let mut request = Request::from_parts(parts, Body::from_stream(pieces));
        DefaultBodyLimit::max(MOST_READ).apply(&mut request);
        let mut sent = Multipart::from_request(request, app).await.map_err(|_| broken_off())?;
        let (mut fields, mut files) = (Vec::new(), Vec::new());
        let (mut together, mut problem) = (0, None);
        // How much text may still come: as much as any other form may have.
        let mut room = Some(LARGEST);
        loop {
            let mut field = match sent.next_field().await {
                Ok(Some(field)) => field,
                Ok(None) => break,
                Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    problem = Some(too_much());
                    break;
                }
                Err(_) => return Err(broken_off()),
            };
            let name = field.name().unwrap_or_default().to_owned();
            let Some(file) = field.file_name().map(bare_name) else {
                let text = read(&mut field, room.unwrap_or(0)).await?;
                // What stands between the fields of other forms counts there too.
                let left = text.as_ref().zip(room).and_then(|(text, room)| room.checked_sub(name.len() + text.len() + 2));
                match (text, left) {
                    (Some(text), Some(_)) => fields.push((name, String::from_utf8_lossy(&text).into_owned())),
                    _ => fields.clear(),
                }
                room = left;
                continue;
            };
            let may_have = if files.len() < MOST_AT_ONCE { MOST_BYTES } else { 0 };
            let content = match read(&mut field, may_have).await {
                Ok(content) => content,
                Err(Error::Refused(text)) => {
                    problem = Some(text);
                    break;
                }
                Err(other) => return Err(other),
            };
            // A field for files in which none was chosen.
            if file.is_empty() {
                continue;
            }
            together += content.as_ref().map_or(0, Bytes::len);
            files.push(SentFile { name: file, content: content.filter(|_| together <= MOST_TOGETHER) });
        }
        if room.is_none() {
            return Err(too_large());
        }
        if files.len() > MOST_AT_ONCE {
            problem = Some(format!("{MOST_AT_ONCE} files are the most at a time. Could you add the others afterwards?"));
        } else if together > MOST_TOGETHER {
            problem = Some(too_much());
        }
        let form = Form::checked(fields)?;
        Ok(Self { form, files: if problem.is_some() { Vec::new() } else { files }, problem })
    }
}

fn too_much() -> String {
    format!(
        "Together these files have more than {} MB. Could you send some now, and add the others afterwards?",
        MOST_TOGETHER >> 20
    )
}

/// Reads a field to its end; what is longer than it may be is let go.
async fn read(field: &mut Field<'_>, most: usize) -> Result<Option<Bytes>, Error> {
    let mut all = BytesMut::new();
    let mut is_too_long = false;
    loop {
        match field.chunk().await {
            Ok(Some(chunk)) if is_too_long || all.len() + chunk.len() > most => {
                is_too_long = true;
                all = BytesMut::new();
            }
            Ok(Some(chunk)) => all.extend_from_slice(&chunk),
            Ok(None) => return Ok((!is_too_long).then(|| all.freeze())),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => return Err(Error::Refused(too_much())),
            Err(_) => return Err(broken_off()),
        }
    }
}
