//! Which kinds of files can be attached, recognised by what is in them.

use std::io::Cursor;

use image::ImageFormat;
use zip::ZipArchive;

use super::TAKEN;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A photo.
    Jpeg,
    /// A picture with sharp edges, such as what stood on a screen.
    Png,
    /// A photo in a newer form; kept as one of the two others.
    Webp,
    /// A document for reading and printing.
    Pdf,
    /// A Word document.
    Word,
    /// An Excel workbook.
    Workbook,
    /// A PowerPoint presentation.
    Slides,
    /// Plain text, also a table as CSV.
    Text,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Jpeg, Self::Png, Self::Webp, Self::Pdf, Self::Word, Self::Workbook, Self::Slides, Self::Text];

    /// The word in the table.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
            Self::Word => "word",
            Self::Workbook => "workbook",
            Self::Slides => "slides",
            Self::Text => "text",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Jpeg | Self::Png | Self::Webp => "Photo",
            Self::Pdf => "PDF",
            Self::Word => "Word document",
            Self::Workbook => "Excel workbook",
            Self::Slides => "PowerPoint slides",
            Self::Text => "Text",
        }
    }

    /// The type that an answer names.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Word => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Workbook => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Slides => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Text => "text/plain",
        }
    }

    /// Whether it is shown as a picture.
    #[must_use]
    pub fn is_photo(self) -> bool {
        self.photo().is_some()
    }

    pub(super) fn photo(self) -> Option<ImageFormat> {
        match self {
            Self::Jpeg => Some(ImageFormat::Jpeg),
            Self::Png => Some(ImageFormat::Png),
            Self::Webp => Some(ImageFormat::WebP),
            Self::Pdf | Self::Word | Self::Workbook | Self::Slides | Self::Text => None,
        }
    }

    /// The endings of names that it may have, the usual one first.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg", "jfif"],
            Self::Png => &["png"],
            Self::Webp => &["webp"],
            Self::Pdf => &["pdf"],
            Self::Word => &["docx"],
            Self::Workbook => &["xlsx"],
            Self::Slides => &["pptx"],
            Self::Text => &["txt", "csv", "tsv", "md"],
        }
    }
}

fn ending(name: &str) -> Option<String> {
    let (stem, ending) = name.rsplit_once('.')?;
    (!stem.is_empty()).then(|| ending.to_lowercase())
}

/// The kind of what a file holds; else what is wrong with it, in words that follow its name.
pub(super) fn of(name: &str, content: &[u8]) -> Result<Kind, String> {
    let found = recognised(content)?;
    let Some(ending) = ending(name) else { return Ok(found) };
    let fits = |kind: Kind| kind.endings().contains(&ending.as_str());
    // Photos are drawn anew and named after what they become, so it does not matter which of these somebody called one.
    if fits(found) || (found.is_photo() && Kind::ALL.into_iter().any(|kind| kind.is_photo() && fits(kind))) {
        return Ok(found);
    }
    if Kind::ALL.into_iter().any(fits) {
        return Err(format!(
            "is not what its name says: it ends in .{ending}, and what is in it is {}. Could you open it, and save it once more?",
            match found {
                Kind::Text => "plain text".to_owned(),
                Kind::Pdf => "a PDF".to_owned(),
                other => format!("a {}", other.words()),
            }
        ));
    }
    Err(not_taken())
}

fn not_taken() -> String {
    format!("is of a kind that we do not take. We take {TAKEN}; a PDF can be made of nearly everything else.")
}

fn recognised(content: &[u8]) -> Result<Kind, String> {
    match image::guess_format(content) {
        Ok(ImageFormat::Jpeg) => return Ok(Kind::Jpeg),
        Ok(ImageFormat::Png) => return Ok(Kind::Png),
        Ok(ImageFormat::WebP) => return Ok(Kind::Webp),
        Ok(ImageFormat::Gif) => return Err("is a GIF. Please save it as JPEG or PNG.".to_owned()),
        Ok(ImageFormat::Avif) => return Err(apart_from_jpeg("AVIF")),
        _ => {}
    }
    // A photo as newer phones keep it; browsers on phones turn it into JPEG by themselves, files from elsewhere stay so.
    if content.get(4..8) == Some(b"ftyp")
        && content.get(8..12).is_some_and(|brand| matches!(brand, b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1" | b"heim"))
    {
        return Err(apart_from_jpeg("HEIC"));
    }
    if content.starts_with(b"%PDF-") {
        return Ok(Kind::Pdf);
    }
    if content.starts_with(b"PK") {
        return of_office(content);
    }
    if content.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(
            "is in the form of an old Office, or has a password. Please save it as .docx, .xlsx, .pptx or PDF.".to_owned()
        );
    }
    if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
        return Err("is text in the form UTF-16, which not every device can read. Please save it as UTF-8.".to_owned());
    }
    if content.is_empty() {
        return Err("is empty. Was it saved before you chose it?".to_owned());
    }
    let is_text = |byte: &u8| !byte.is_ascii_control() || matches!(byte, b'\t' | b'\n' | b'\r');
    if content.iter().all(is_text) { Ok(Kind::Text) } else { Err(not_taken()) }
}

fn apart_from_jpeg(what: &str) -> String {
    format!(
        "is a photo of the kind {what}, which we can’t open. Please send it as JPEG: take a picture of the screen, or set the \
         camera to “Most compatible”."
    )
}

/// The kind of a packed file: only its list of contents is read, nothing is unpacked.
fn of_office(content: &[u8]) -> Result<Kind, String> {
    let Ok(packed) = ZipArchive::new(Cursor::new(content)) else {
        return Err("can’t be opened. Could you save it once more?".to_owned());
    };
    let has = |name: &str| packed.index_for_name(name).is_some();
    if packed.file_names().filter_map(Result::ok).any(|name| name.to_lowercase().ends_with("vbaproject.bin")) {
        return Err(
            "has macros in it, little programs that would run where it is opened. Please save it without them.".to_owned()
        );
    }
    if !has("[Content_Types].xml") {
        return Err(not_taken());
    }
    let parts = [("word/document.xml", Kind::Word), ("xl/workbook.xml", Kind::Workbook), ("ppt/presentation.xml", Kind::Slides)];
    parts.into_iter().find(|(part, _)| has(part)).map(|(_, kind)| kind).ok_or_else(not_taken)
}

/// A name with an ending that fits the kind, at a length that fits on a page.
pub(super) fn named(name: &str, kind: Kind) -> String {
    let has_one = ending(name).is_some_and(|ending| kind.endings().contains(&ending.as_str()));
    if has_one {
        return name.to_owned();
    }
    let is_photos =
        |ending: &String| Kind::ALL.into_iter().any(|kind| kind.is_photo() && kind.endings().contains(&ending.as_str()));
    let stem = match ending(name).filter(is_photos) {
        Some(ending) => &name[..name.len() - ending.len() - 1],
        None => name,
    };
    format!("{stem}.{}", kind.endings()[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(names: &[&str]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
        }
        zip.finish().expect("a packed file").into_inner()
    }

    #[test]
    fn a_file_is_what_is_in_it() {
        for (name, content, kind) in [
            ("tickets.pdf", b"%PDF-1.7\n".to_vec(), Kind::Pdf),
            ("counts.CSV", b"room,count\n1,2\n".to_vec(), Kind::Text),
            ("note", "Plätze".as_bytes().to_vec(), Kind::Text),
            ("plan.docx", packed(&["[Content_Types].xml", "word/document.xml"]), Kind::Word),
            ("counts.xlsx", packed(&["[Content_Types].xml", "xl/workbook.xml"]), Kind::Workbook),
            ("talk.pptx", packed(&["[Content_Types].xml", "ppt/presentation.xml"]), Kind::Slides),
            ("chart.png", b"\xff\xd8\xff\xe0".to_vec(), Kind::Jpeg),
        ] {
            assert_eq!(of(name, &content), Ok(kind), "{name}");
        }
    }

    #[test]
    fn what_we_do_not_take_is_told_what_to_do() {
        for (name, content, says) in [
            ("chart.jpg", b"<script>alert(1)</script>".to_vec(), "not what its name says"),
            ("chart.pdf", b"\xff\xd8\xff\xe0".to_vec(), "not what its name says"),
            ("page.html", b"<!doctype html>".to_vec(), "a kind that we do not take"),
            ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "a kind that we do not take"),
            ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), "HEIC"),
            ("photo.avif", b"\0\0\0\x1cftypavif\0\0\0\0".to_vec(), "AVIF"),
            ("cat.gif", b"GIF89a".to_vec(), "JPEG or PNG"),
            ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "old Office"),
            ("plan.docm", packed(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]), "macros"),
            ("photos.zip", packed(&["a.jpg"]), "a kind that we do not take"),
            ("torn.xlsx", b"PK\x03\x04torn".to_vec(), "can’t be opened"),
            ("run.exe", b"MZ\x90\0\x03".to_vec(), "a kind that we do not take"),
            ("nothing.txt", Vec::new(), "is empty"),
            ("counts.csv", b"\xff\xfer\0o\0o\0m\0".to_vec(), "save it as UTF-8"),
            ("counts.csv", b"\xfe\xff\0r\0o\0o\0m".to_vec(), "save it as UTF-8"),
        ] {
            let told = of(name, &content).expect_err(name);
            assert!(told.contains(says), "{name}: {told}");
        }
    }

    #[test]
    fn a_name_ends_as_its_kind_does() {
        assert_eq!(named("IMG_1.WEBP", Kind::Jpeg), "IMG_1.jpg");
        assert_eq!(named("IMG_1.JPEG", Kind::Jpeg), "IMG_1.JPEG");
        assert_eq!(named("note", Kind::Text), "note.txt");
        assert_eq!(named("version 1.2", Kind::Text), "version 1.2.txt");
    }
}
