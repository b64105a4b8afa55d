package field

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"time"

	"linli/internal/db"
)

// A Kind says what an item is about.
type Kind string

// The kinds of items.
const (
	Report  Kind = "report"  // something found
	Check   Kind = "check"   // a handled case looked at on site
	Point   Kind = "point"   // a point of a round
	Visit   Kind = "visit"   // a person visited
	Duty    Kind = "duty"    // on or off duty
	Track   Kind = "track"   // positions while on duty
	Resolve Kind = "resolve" // what the worker decides of a conflict
)

var kinds = []Kind{Report, Check, Point, Visit, Duty, Track, Resolve}

// A State is how an item stands.
type State string

// The states; see the package comment.
const (
	Kept       State = "kept"
	WantsPhoto State = "wants-photo"
	Taken      State = "taken"
	Conflict   State = "conflict"
	Refused    State = "refused"
)

// Final reports that nothing more happens to an item by itself.
func (s State) Final() bool { return s == Taken || s == Refused }

// Bounds of what is sent.
const (
	MaxItems  = 200     // in one request
	MaxBytes  = 2 << 20 // of one request
	MaxBody   = 64 << 10
	MaxPhotos = 9
	MaxVoices = 3
	PhotoSide = 1600 // points to which a telephone makes a photo smaller
)

// An Item (外业件) is one thing a worker did in the street, as his telephone sent it.
type Item struct {
	ID       string          `json:"id"`
	Kind     Kind            `json:"kind"`
	At       time.Time       `json:"at"`
	Lon      *float64        `json:"lon,omitempty"`
	Lat      *float64        `json:"lat,omitempty"`
	Accuracy float64         `json:"accuracy,omitempty"`
	Photos   []string        `json:"photos,omitempty"`
	Voices   []string        `json:"voices,omitempty"` // hashes of voice notes
	Shots    map[string]Shot `json:"shots,omitempty"`  // by hash of the photo
	Body     json.RawMessage `json:"body,omitempty"`
}

// A Shot (拍摄) says when and where a photo was taken, where the photo itself no longer does.
type Shot struct {
	At       time.Time `json:"at"`
	Lon      *float64  `json:"lon,omitempty"`
	Lat      *float64  `json:"lat,omitempty"`
	Accuracy float64   `json:"accuracy,omitempty"`
}

// A Batch (一次同步) is what a device sends at once.
type Batch struct {
	Device string    `json:"device"`
	Sent   time.Time `json:"sent"` // what the device holds the time to be
	Items  []Item    `json:"items"`
}

// A CaseState is the case that an item became or is about, as it stands.
type CaseState struct {
	ID      db.ID  `json:"id"`
	Number  string `json:"number"`
	State   string `json:"state"`
	Version int64  `json:"version"`
}

// A Choice (可选处理) is one way in which a worker may settle a conflict.
type Choice struct {
	ID   string `json:"id"`
	Says string `json:"says"`
}

// A Result (同步结果) is how an item stands.
type Result struct {
	ID      string     `json:"id"`
	State   State      `json:"state"`
	Marks   []string   `json:"marks"`
	Words   string     `json:"words"`
	Case    *CaseState `json:"case,omitempty"`
	Choices []Choice   `json:"choices,omitempty"`
}

// A Worker is on whose behalf a device syncs.
type Worker struct {
	Account db.ID
	Closed  bool // the account was closed meanwhile
}

var (
	goodID    = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)
	goodPhoto = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// wrong says why an item cannot be understood, "" when it can.
func (i *Item) wrong() string {
	switch {
	case !goodID.MatchString(i.ID):
		return "编号不对，应为 8 到 64 个字母、数字"
	case !slices.Contains(kinds, i.Kind):
		return fmt.Sprintf("不认识“%s”这类记录，请更新手机上的页面", i.Kind)
	case i.At.IsZero():
		return "没有时间"
	case len(i.Body) > MaxBody:
		return fmt.Sprintf("内容不能超过 %d KB", MaxBody>>10)
	case len(i.Photos) > MaxPhotos:
		return fmt.Sprintf("照片不能超过 %d 张", MaxPhotos)
	case slices.ContainsFunc(i.Photos, func(s string) bool { return !goodPhoto.MatchString(s) }):
		return "照片的编号不对"
	case len(i.Voices) > MaxVoices:
		return fmt.Sprintf("录音不能超过 %d 段", MaxVoices)
	case slices.ContainsFunc(i.Voices, func(s string) bool { return !goodPhoto.MatchString(s) }):
		return "录音的编号不对"
	case (i.Lon == nil) != (i.Lat == nil) || i.Lon != nil && !onEarth(*i.Lon, *i.Lat):
		return "位置不对，应为经度和纬度"
	}
	return ""
}

func onEarth(lon, lat float64) bool {
	return !math.IsNaN(lon) && !math.IsNaN(lat) && math.Abs(lon) <= 180 && math.Abs(lat) <= 90
}

// files are the hashes of everything that is sent beside an item.
func (i *Item) files() []string { return slices.Concat(i.Photos, i.Voices) }

// asks reports that an item is only asked about.
func (i *Item) asks() bool { return i.Kind == "" && len(i.Body) == 0 && goodID.MatchString(i.ID) }

// digest tells whether two items are the same one: what they say and show. When and where may be told again a little otherwise.
func (i *Item) digest() ([]byte, error) {
	b, err := json.Marshal(struct {
		Kind   Kind
		Photos []string
		Voices []string `json:",omitempty"`
		Body   json.RawMessage
	}{i.Kind, i.Photos, i.Voices, i.Body})
	if err != nil {
		return nil, fmt.Errorf("write item: %w", err)
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// aside is the id under which an item is stored that may not have its own.
func aside(id string, digest []byte) string {
	if !goodID.MatchString(id) {
		id = "unnamed"
	}
	return id + "~" + hex.EncodeToString(digest[:8])
}

// millionths is a coordinate as it is stored.
func millionths(deg float64) int64 { return int64(math.Round(deg * 1e6)) }
