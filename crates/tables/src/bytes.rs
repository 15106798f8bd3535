//! What a file's bytes are: packed or not, a workbook or text, and in which encoding.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use crate::{Refusal, raw::LARGEST_FILE};

/// Where the bytes are; a file on the disk is not read into memory as a whole. What was packed with gzip is unpacked.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// In memory.
    Bytes(&'a [u8]),
    /// On the disk.
    File(&'a Path),
}

/// How many bytes are looked at to tell what they are.
const SAMPLE: usize = 64 * 1024;

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Text,
    Zip,
    /// The container of old workbooks and of those with a password.
    Compound,
}

impl<'a> Input<'a> {
    /// The bytes from the beginning, unpacked when they are packed.
    pub(crate) fn open(self) -> io::Result<Box<dyn Read + 'a>> {
        let mut plain = self.plain()?;
        let mut head = [0_u8; 2];
        let read = fill(&mut plain, &mut head)?;
        let again = io::Cursor::new(head[..read].to_vec()).chain(plain);
        if head[..read] == [0x1f, 0x8b] { Ok(Box::new(flate2::read::MultiGzDecoder::new(again))) } else { Ok(Box::new(again)) }
    }

    fn plain(self) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::Bytes(bytes) => Box::new(bytes),
            Self::File(path) => Box::new(BufReader::with_capacity(SAMPLE, File::open(path)?)),
        })
    }

    /// The first bytes.
    pub(crate) fn sample(self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; SAMPLE];
        let read = fill(&mut self.open()?, &mut bytes)?;
        bytes.truncate(read);
        Ok(bytes)
    }

    /// All bytes, up to a limit.
    pub(crate) fn all(self, file: &str, most: u64) -> Result<Vec<u8>, Vec<Refusal>> {
        let mut bytes = Vec::new();
        self.open()
            .and_then(|read| read.take(most + 1).read_to_end(&mut bytes))
            .map_err(|error| vec![unreadable(file, &error)])?;
        if bytes.len() as u64 > most { Err(vec![too_large(file, most)]) } else { Ok(bytes) }
    }
}

fn fill(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match from.read(&mut into[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

pub(crate) fn content(sample: &[u8]) -> Content {
    if sample.starts_with(b"PK\x03\x04") || sample.starts_with(b"PK\x05\x06") {
        Content::Zip
    } else if sample.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        Content::Compound
    } else {
        Content::Text
    }
}

pub(crate) fn unreadable(file: &str, error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory => {
            Refusal::whole(file, format!("The file can’t be read: {error}."), "Check its name and whether you may open it.")
        }
        _ => Refusal::whole(
            file,
            "The file is packed, but can’t be unpacked: it breaks off or is damaged.",
            "Copy it again, or unpack it yourself.",
        ),
    }
}

pub(crate) fn too_large(file: &str, most: u64) -> Refusal {
    Refusal::whole(file, format!("The file holds more than {} MB.", most / 1024 / 1024), "Split it into several files.")
}

/// An encoding that was found, by what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
            Self::Windows1252 => "Windows-1252",
        }
    }

    /// The encoding of the whole of a text: it is read once to be sure.
    pub fn of(file: &str, input: Input<'_>, sample: &[u8]) -> Result<Self, Vec<Refusal>> {
        if sample.starts_with(&[0xff, 0xfe]) {
            return Ok(Self::Utf16Le);
        }
        if sample.starts_with(&[0xfe, 0xff]) {
            return Ok(Self::Utf16Be);
        }
        if let Some(sixteen) = plain_utf16(sample) {
            return Ok(sixteen);
        }
        let mut seen = Seen::default();
        let mut reader = input.open().map_err(|error| vec![unreadable(file, &error)])?;
        let mut buffer = vec![0; SAMPLE];
        let mut kept = 0;
        let mut total = 0_u64;
        loop {
            let read = fill(&mut reader, &mut buffer[kept..]).map_err(|error| vec![unreadable(file, &error)])?;
            total += read as u64;
            if total > LARGEST_FILE {
                return Err(vec![too_large(file, LARGEST_FILE)]);
            }
            let end = kept + read;
            let is_last = end < buffer.len();
            let used = seen.look(&buffer[..end], is_last);
            buffer.copy_within(used..end, 0);
            kept = end - used;
            if is_last {
                break;
            }
        }
        seen.verdict(file)
    }

    /// The text of bytes in this encoding.
    pub fn decode(self, file: &str, bytes: &[u8]) -> Result<String, Vec<Refusal>> {
        let (encoding, bytes) = match self {
            Self::Utf8 => (encoding_rs::UTF_8, bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes)),
            Self::Utf16Le => (encoding_rs::UTF_16LE, bytes.strip_prefix(&[0xff, 0xfe]).unwrap_or(bytes)),
            Self::Utf16Be => (encoding_rs::UTF_16BE, bytes.strip_prefix(&[0xfe, 0xff]).unwrap_or(bytes)),
            Self::Windows1252 => (encoding_rs::WINDOWS_1252, bytes),
        };
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
        let text = text.ok_or_else(|| {
            vec![Refusal::whole(
                file,
                format!("The text looks like {}, but parts of it are not.", self.name()),
                "Save it again as CSV in UTF-8.",
            )]
        })?;
        match text.find('\0') {
            Some(at) => Err(vec![zero(file, text[..at].matches('\n').count() as u64 + 1)]),
            None => Ok(text.into_owned()),
        }
    }
}

/// Plain letters in UTF-16 have every second byte zero, which no other text has.
fn plain_utf16(sample: &[u8]) -> Option<Encoding> {
    let sample = &sample[..sample.len().min(4096) & !1];
    let pairs = sample.len() / 2;
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    if pairs >= 4 && second * 10 >= pairs * 9 && first == 0 {
        Some(Encoding::Utf16Le)
    } else if pairs >= 4 && first * 10 >= pairs * 9 && second == 0 {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// What was seen in the bytes of a text.
#[derive(Default)]
struct Seen {
    rows: u64,
    zero: Option<u64>,
    /// Letters beyond ASCII that are proper UTF-8.
    proper: u64,
    /// The row of the first bytes that are not.
    improper: Option<u64>,
    /// Bytes that Windows-1252 has no letter for.
    beyond: bool,
}

impl Seen {
    /// Looks at bytes; answers how many were used. The rest may be the beginning of a letter.
    fn look(&mut self, bytes: &[u8], is_last: bool) -> usize {
        self.zero = self.zero.or_else(|| {
            let at = bytes.iter().position(|byte| *byte == 0)?;
            Some(self.rows + breaks(&bytes[..at]) + 1)
        });
        let mut used = 0;
        while used < bytes.len() {
            let (valid, bad) = match std::str::from_utf8(&bytes[used..]) {
                Ok(_) => (bytes.len() - used, 0),
                Err(error) => match error.error_len() {
                    Some(length) => (error.valid_up_to(), length),
                    None if is_last => (error.valid_up_to(), bytes.len() - used - error.valid_up_to()),
                    None => {
                        self.good(&bytes[used..used + error.valid_up_to()]);
                        return used + error.valid_up_to();
                    }
                },
            };
            self.good(&bytes[used..used + valid]);
            used += valid;
            if bad > 0 {
                self.improper.get_or_insert(self.rows + 1);
                self.beyond |= bytes[used..used + bad].iter().any(|byte| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
                used += bad;
            }
        }
        used
    }

    fn good(&mut self, bytes: &[u8]) {
        self.rows += breaks(bytes);
        self.proper += bytes.iter().filter(|byte| **byte >= 0xc0).count() as u64;
        self.beyond |= bytes.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\r' | b'\n'));
    }

    fn verdict(self, file: &str) -> Result<Encoding, Vec<Refusal>> {
        let again = "Save it again as CSV in UTF-8.";
        match (self.zero, self.improper) {
            (Some(row), _) => Err(vec![zero(file, row)]),
            (None, None) => Ok(Encoding::Utf8),
            (None, Some(row)) if self.proper > 0 => Err(vec![
                Refusal::whole(
                    file,
                    "The text is partly UTF-8 and partly something else, so letters would come out wrong.",
                    again,
                )
                .at(row),
            ]),
            (None, Some(row)) if self.beyond => {
                Err(vec![Refusal::whole(file, "This is no text, or one in an encoding that we can’t tell.", again).at(row)])
            }
            (None, Some(_)) => Ok(Encoding::Windows1252),
        }
    }
}

fn breaks(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

fn zero(file: &str, row: u64) -> Refusal {
    Refusal::whole(
        file,
        "There is a zero byte in it, which no text has.",
        "The file is damaged or no text: save the table again as CSV in UTF-8.",
    )
    .at(row)
}
