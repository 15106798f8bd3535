//! Mail, sent by a job: through SMTP, or as `.eml` files in a folder until an address is set.

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{Mailbox, Message},
};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    clock,
    db::Tx,
    error::Error,
    jobs::{self, JobKind},
    room::Answer,
};

/// A letter to one person, in plain text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Letter {
    /// The address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// The job that sends letters.
pub const JOB: JobKind = JobKind { name: "mail", every: None, run: send };

/// Puts a letter in the queue, in the transaction that is the reason for it.
///
/// # Errors
/// The database's own.
pub async fn enqueue(tx: &Tx, now: chrono::DateTime<chrono::Utc>, letter: &Letter) -> Result<(), Error> {
    let letter = Posted { id: clock::new_id(now).simple().to_string(), letter: letter.clone() };
    jobs::enqueue(&**tx, now, JOB.name, &serde_json::to_value(letter)?, now).await?;
    Ok(())
}

/// A letter in the queue. A job may be begun twice: by its id the second time is known for the same letter.
#[derive(Serialize, Deserialize)]
struct Posted {
    #[serde(default)]
    id: String,
    #[serde(flatten)]
    letter: Letter,
}

fn send<'a>(app: &'a App, payload: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let Posted { mut id, letter } = serde_json::from_str(payload)?;
        if id.is_empty() {
            id = clock::new_id(app.clock.now()).simple().to_string();
        }
        let from: Mailbox = app.config.mail_from.parse().map_err(|error| Error::Ours(format!("mail_from: {error}")))?;
        let to: Mailbox = letter.to.parse().map_err(|error| Error::Ours(format!("{}: {error}", letter.to)))?;
        let message = Message::builder()
            .from(from)
            .to(to)
            .subject(&letter.subject)
            .message_id(Some(format!("<{id}@everbetter>")))
            .body(letter.text)
            .map_err(|error| Error::Ours(error.to_string()))?;
        match &app.config.smtp {
            Some(url) => {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
                    .map_err(|error| Error::Ours(format!("the mail setting: {error}")))?
                    .build();
                transport.send(message).await.map_err(|error| Error::Ours(error.to_string()))?;
            }
            None => {
                let folder = app.config.data.join("mail");
                std::fs::create_dir_all(&folder)?;
                let unfinished = folder.join(format!(".{id}.part"));
                std::fs::write(&unfinished, message.formatted())?;
                std::fs::rename(unfinished, folder.join(format!("{id}.eml")))?;
            }
        }
        Ok(())
    })
}
