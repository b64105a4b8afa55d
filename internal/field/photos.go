package field

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/job"
	"linli/internal/photo"
	"linli/internal/voice"
)

// Bring looks at bytes that a device sends as the photo or the voice note of a hash and stores them, outside any transaction; Arrived then makes them known.
// Which of the two they are is told by the bytes. Returns invalid on field "file" for what is neither (and then Arrived is told so too), and unavailable for
// bytes that are not those of the hash: they were damaged on their way.
func (x *Inbox) Bring(r io.Reader, sha string) (b Brought, err error) {
	if !goodPhoto.MatchString(sha) {
		return b, fault.NotFound("照片的编号不对")
	}
	in := bufio.NewReaderSize(r, headLen)
	head, _ := in.Peek(headLen) // what is shorter is told by its length; what fails fails again
	name := sha + ".jpg"
	kind, spoken := voice.Kind(head)
	if spoken {
		name = sha + kind.Ext
	}
	if b.File, err = x.Files.Receive(in, name); err != nil {
		return b, err
	}
	if b.File.Hash != sha {
		return b, fault.Unavailable(fmt.Errorf("bytes of %s sent as %s", b.File.Hash, sha), "照片没有传完，请重新发送")
	}
	file, err := x.Files.Open(b.File)
	if err != nil {
		return b, err
	}
	if spoken {
		b.Voice, err = voice.Read(file)
	} else {
		b.Photo, err = photo.Read(file)
	}
	return b, errors.Join(err, file.Close())
}

// headLen is how much of a file tells whether it is a photo or a recording.
const headLen = 3072

// A Brought (收到的照片或录音) is a file that a device sent, with what it tells: one of the two.
type Brought struct {
	File  blob.File
	Photo photo.Photo
	Voice voice.Voice
}

// name is what the file is called where it is kept: of a voice note, how long it lasts.
func (b Brought) name(sha string) string {
	if b.Voice.Length == 0 {
		return sha
	}
	return fmt.Sprintf("现场语音（%d 秒）%s", max(1, int(b.Voice.Length.Round(time.Second).Seconds())), b.Voice.Ext)
}

// Arrived keeps a photo for the worker's items, and lets those go on that waited for it; bad says why it is none. fresh
// reports whether it was not known.
func (x *Inbox) Arrived(tx *db.Tx, w Worker, sha string, b Brought, bad string) (fresh bool, err error) {
	var words string
	err = tx.QueryRow(`select words from field_photo where account = ? and sha = ?`, w.Account, sha).Scan(&words)
	if err == nil || !errors.Is(err, db.ErrNoRows) {
		return false, err
	}
	var link db.ID
	if bad == "" {
		if link, err = x.Files.Attach(tx, b.File, subject(w.Account), b.name(sha), w.Account.String()); err != nil {
			return false, err
		}
	}
	lon, lat := geo.Point{Lon: b.Photo.Lon, Lat: b.Photo.Lat}.Millionths()
	n, err := tx.ExecCount(`insert into field_photo (account, sha, words, at, link, taken_at, placed, lon, lat) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (account, sha) do nothing`, w.Account, sha, bad, db.At(tx.Now()), link, db.At(b.Photo.Taken), flag(b.Photo.Placed), lon, lat)
	if err != nil {
		return false, fmt.Errorf("keep photo: %w", err)
	}
	if n == 0 {
		return false, fault.Unavailable(nil, "同一张照片正在接收，请稍后再试")
	}
	return true, x.goOn(tx, w.Account, sha)
}

// subject is what the photos of a worker's devices belong to until an item takes them.
func subject(account db.ID) string { return "field:" + account.String() }

// goOn looks at the items that wait for a photo.
func (x *Inbox) goOn(tx *db.Tx, account db.ID, sha string) error {
	list, err := db.Select(tx, scan, `select `+columns+` from field_item where account = ? and state = 'wants-photo' order by seq`, account)
	if err != nil {
		return fmt.Errorf("items that wait for a photo: %w", err)
	}
	for _, r := range list {
		if !slices.Contains(r.files(), sha) {
			continue
		}
		if err := x.recheck(tx, r); err != nil {
			return err
		}
	}
	return nil
}

// recheck lets an item that waits for photos go on when they are there.
func (x *Inbox) recheck(tx *db.Tx, r *row) error {
	before := strings.Join(r.marks, " ")
	r.state = Kept
	if err := x.awaitPhotos(tx, r); err != nil || r.state == WantsPhoto && strings.Join(r.marks, " ") == before {
		return err
	}
	if err := r.save(tx, WantsPhoto); err != nil {
		return err
	}
	if r.state == Kept && !r.desk {
		job.Stir(tx, keptItems)
	}
	return nil
}

// awaitPhotos marks which photos and voice notes of an item are still to be sent, and which came and were none; while one is to be sent the item waits.
func (x *Inbox) awaitPhotos(tx *db.Tx, r *row) error {
	r.marks = slices.DeleteFunc(r.marks, func(m string) bool { return strings.HasPrefix(m, markPhoto) })
	if len(r.files()) == 0 {
		return nil
	}
	there, err := arrived(tx, r.account, r.files())
	if err != nil {
		return err
	}
	for _, sha := range r.files() {
		bad, came := there[sha]
		switch {
		case !came:
			r.state = WantsPhoto
			r.mark(markPhoto + sha)
		case bad != "":
			r.mark(markBadPhoto + sha)
		}
	}
	return nil
}

// arrived says of the photos that came why each is none, "" for one.
func arrived(tx *db.Tx, account db.ID, photos []string) (map[string]string, error) {
	args := []any{account}
	for _, sha := range photos {
		args = append(args, sha)
	}
	found := map[string]string{}
	rows, err := db.Select(tx, func(rows *db.Rows) (p [2]string, err error) { return p, rows.Scan(&p[0], &p[1]) },
		`select sha, words from field_photo where account = ? and sha in (?`+strings.Repeat(",?", len(photos)-1)+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("photos that came: %w", err)
	}
	for _, p := range rows {
		found[p[0]] = p[1]
	}
	return found, nil
}

// HasPhoto reports whether a photo is here already, for a device that asks before it sends it again. One that was none is not.
func HasPhoto(tx *db.Tx, w Worker, sha string) (bool, error) {
	there, err := arrived(tx, w.Account, []string{sha})
	bad, came := there[sha]
	return came && bad == "", err
}
