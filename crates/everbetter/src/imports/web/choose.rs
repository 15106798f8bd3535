//! The first step: choose a file. Also the file's template, and all of its kind as a file.

use askama::Template;
use axum::{http::header, response::IntoResponse};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    import::{self, Column, Export, Form as Shape, Kind, Mapping, Refusal},
    sheet::{self, Sheet},
    web::{Answered, Shell, Upload, go_to, page, page_with_errors},
};

use super::{Step, called, is_table, looked, steps};
use crate::imports::{Bring, KindOf, verbs};

#[derive(Template)]
#[template(path = "imports/web/choose.html")]
struct Page {
    shell: Shell,
    name: &'static str,
    called: String,
    about: &'static str,
    columns: &'static [Column],
    is_book: bool,
    steps: Vec<Step>,
    limit: usize,
    file: String,
    problem: Option<Refusal>,
    help: Vec<String>,
    error: &'static str,
}

impl Page {
    fn of(cx: &Cx, kind: &Kind) -> Self {
        Self {
            shell: cx.shell(format!("Bring in {}", called(kind.name)), ""),
            name: kind.name,
            called: called(kind.name),
            about: kind.about,
            columns: kind.columns,
            is_book: kind.form == Shape::Book,
            steps: steps(0),
            limit: cx.app.config.import_limit_mb(),
            file: String::new(),
            problem: None,
            help: Vec::new(),
            error: "",
        }
    }

    /// The same page, saying why the file can't be opened and what would help.
    fn refusing(cx: &Cx, kind: &Kind, file: &str, problem: Refusal) -> Self {
        let help = vec![
            problem.advice.clone(),
            "Nothing here? Open the file in Excel, LibreOffice or Google Sheets, and save it as .xlsx or .csv, without a password.".to_owned(),
            "Choose it again here.".to_owned(),
        ];
        Self { file: file.to_owned(), problem: Some(problem), help, error: "Choose a file that opens.", ..Self::of(cx, kind) }
    }
}

pub(super) async fn show(may: May<Bring, KindOf>, cx: Cx) -> Answered {
    page(&Page::of(&cx, may.kind(&cx)?))
}

pub(super) async fn choose(may: May<Bring, KindOf>, cx: Cx, upload: Upload) -> Answered {
    let kind = may.kind(&cx)?;
    if upload.is_too_large {
        let file = upload.file.map(|(name, _)| name).unwrap_or_default();
        let problem = Refusal::whole(
            &file,
            format!("It is larger than {} MB.", cx.app.config.import_limit_mb()),
            "Split it into several files, or ask whoever runs this server to bring it in with the command line, which has no such limit.",
        );
        return page_with_errors(&Page::refusing(&cx, kind, &file, problem));
    }
    let Some((file, content)) = upload.file else {
        return page_with_errors(&Page { error: "Please choose a file first.", ..Page::of(&cx, kind) });
    };
    let opened = if is_table(kind, &file) {
        looked(&cx, kind, &file, content.clone(), &Mapping::default()).await?.map(|_| ())
    } else {
        import::read(kind, &file, &content).map(|_| ())
    };
    if let Err(refused) = opened {
        let problem = refused.into_iter().next().unwrap_or_else(|| Refusal::whole(&file, "It can’t be read.", "Choose another."));
        return page_with_errors(&Page::refusing(&cx, kind, &file, problem));
    }
    let id = verbs::choose(&cx, may.who(), kind, &file, content).await?;
    let step = if is_table(kind, &file) { "columns" } else { "trial" };
    Ok(go_to(&format!("/imports/{id}/{step}")))
}

pub(super) async fn template(may: May<See, KindOf>, cx: Cx) -> Answered {
    let kind = may.kind(&cx)?;
    if kind.columns.is_empty() {
        return Err(Error::NotFound);
    }
    let header = kind.columns.iter().map(|column| column.name).collect();
    Sheet { name: format!("{}-template", kind.name), header, rows: Vec::new() }.download(may.ids().get("ending")?)
}

pub(super) async fn export(may: May<See, KindOf>, cx: Cx) -> Answered {
    let kind = may.kind(&cx)?;
    let ending = may.ids().get("ending")?;
    match (kind.export)(cx.db()).await? {
        Export::Table(sheet) => sheet.download(ending),
        Export::Either(_, sheets) if ending == "xlsx" => {
            let disposition = format!("attachment; filename=\"{}.xlsx\"", kind.name);
            let head = [(header::CONTENT_TYPE, sheet::XLSX.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
            Ok((head, sheet::workbook(&sheets)?).into_response())
        }
        Export::Text(text) | Export::Either(text, _) if ending == "toml" => {
            let disposition = format!("attachment; filename=\"{}.toml\"", kind.name);
            let head =
                [(header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
            Ok((head, text).into_response())
        }
        Export::Text(_) | Export::Either(..) => Err(Error::NotFound),
    }
}
