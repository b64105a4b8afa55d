package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"linli/internal/admission"
	"linli/internal/atlas"
	"linli/internal/audit"
	"linli/internal/benefit"
	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/deposit"
	"linli/internal/duty"
	"linli/internal/event"
	"linli/internal/exchange"
	"linli/internal/field"
	"linli/internal/fixture"
	"linli/internal/grid"
	"linli/internal/hall"
	"linli/internal/indicator"
	"linli/internal/job"
	"linli/internal/notice"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/payrun"
	"linli/internal/picture"
	"linli/internal/place"
	"linli/internal/population"
	"linli/internal/proposal"
	"linli/internal/register"
	"linli/internal/round"
	"linli/internal/service"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/internal/standing"
	"linli/internal/table"
	"linli/internal/web/admin"
	"linli/internal/web/api"
	"linli/internal/web/resident"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/packs"
)

// Options say which city to open.
type Options struct {
	Data   string           // data folder: keys, attachments, local.yaml and, on SQLite, linli.db
	DB     string           // "" or "sqlite" for the file in the data folder, else a postgres:// address
	Now    func() time.Time // the clock; nil means the machine's
	Packs  fs.FS            // nil means those in the program
	Shelf  *pack.Shelf      // where packs stand that this process has read before; nil for none
	Log    *slog.Logger
	Limits api.Limits // how often programs may ask; zero takes the defaults
	// NoGroupCommits commits every step by itself, for the benchmark's comparison.
	NoGroupCommits bool
	// Quiet sends no text messages: for a city whose past is being made up or brought in.
	Quiet bool
	// Beside leaves the folder unlocked, for commands that may run beside a server.
	Beside bool
}

// An App is one city, open.
type App struct {
	Data       string
	City       string // code of the city; that of an empty database until places are imported
	DB         *db.DB
	Seal       *audit.Seal
	Blobs      *blob.Store
	Catalog    *catalog.Catalog
	Cases      *casework.Cases
	People     *register.Register
	Places     *place.Index
	Units      *staff.Directory
	Atlas      *atlas.Atlas           // where the cases are
	Population *population.Population // persons and households in columns, read when somebody first asks

	Proposals *proposal.Proposals

	Duties   *duty.Duties
	Rounds   *round.Rounds
	Pay      *payrun.Runs // who owes money offers itself here
	Benefits *benefit.Benefits
	Deposits *deposit.Deposits
	Answers  *standing.Answers // what benefits say of everybody; reads the registers when a round begins

	Orders *serviceorder.Orders // services at home

	Admissions *admission.Admissions
	Sent       *exchange.Tables // tables that somebody sent to be imported

	Field    *field.Inbox
	Figures  *indicator.Indicators
	Live     *indicator.Live // the same figures by month, at the cost of what changed
	Notices  *notice.Notices
	Tables   *table.Tables
	Sessions *session.Sessions
	Jobs     *job.Runner
	Window   *service.Window
	Fixtures *fixture.Fixtures
	Log      *slog.Logger

	resident resident.Key
	room     *blob.Store // the same files as Blobs, with room for tables
	admin    *admin.Pages
	limits   api.Limits
	now      func() time.Time
	stopping chan struct{} // closed when the server stops
	unlock   func() error
}

// maxUpload is the largest attachment, in bytes.
const maxUpload = 20 << 20

// maxTable is the largest table that a page takes, in bytes: a million rows and more.
const maxTable = 512 << 20

// Open opens a city and brings its tables up to date. The error says what an operator can do.
func Open(ctx context.Context, o Options) (*App, error) {
	a := &App{Data: o.Data, Log: o.Log, limits: o.Limits, now: o.Now, stopping: make(chan struct{})}
	if a.now == nil {
		a.now = time.Now
	}
	if a.Log == nil {
		a.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	if err := a.open(ctx, o); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context, o Options) (err error) {
	if err := os.MkdirAll(filepath.Join(o.Data, "keys"), 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	if !o.Beside {
		if a.unlock, err = db.LockDir(o.Data); err != nil {
			return err
		}
	}
	if a.DB, err = db.Open(ctx, db.Options{URL: a.url(o.DB), Now: o.Now, NoGroupCommits: o.NoGroupCommits}); err != nil {
		return err
	}
	set, err := Schema()
	if err != nil {
		return err
	}
	if err := a.DB.Migrate(ctx, set); err != nil {
		return err
	}
	if a.Seal, err = audit.OpenSeal(filepath.Join(o.Data, "keys")); err != nil {
		return err
	}
	if a.Blobs, err = blob.Open(filepath.Join(o.Data, "files"), maxUpload); err != nil {
		return err
	}
	if a.People, err = register.Open(filepath.Join(o.Data, "keys")); err != nil {
		return err
	}
	if a.resident, err = resident.OpenKey(filepath.Join(o.Data, "keys")); err != nil {
		return err
	}
	return a.openCity(ctx, o)
}

func isFolder(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.IsDir()
}

// openCity reads what lives in the database: packs, places, units, and the city's name for its log.
func (a *App) openCity(ctx context.Context, o Options) (err error) {
	src := catalog.Source{FS: o.Packs, Shelf: o.Shelf}
	if src.FS == nil {
		src.FS = packs.Files
	}
	src.Local, err = os.ReadFile(filepath.Join(o.Data, "local.yaml"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read local settings: %w", err)
	}
	if own := filepath.Join(o.Data, "packs"); isFolder(own) {
		src.Own = os.DirFS(own)
	}
	if a.Catalog, err = catalog.Open(ctx, a.DB, src); err != nil {
		return fmt.Errorf("open packs: %w", err)
	}
	if a.Places, err = place.NewIndex(ctx, a.DB); err != nil {
		return fmt.Errorf("load places: %w", err)
	}
	if a.Units, err = staff.NewDirectory(ctx, a.DB); err != nil {
		return fmt.Errorf("load units: %w", err)
	}
	if err := a.DB.Read(ctx, func(tx *db.Tx) (err error) { a.City, err = place.City(tx); return err }); err != nil {
		return fmt.Errorf("find the city: %w", err)
	}
	if _, settled := a.Places.Tree().Get(a.City); settled {
		a.Catalog.Settle(a.City)
	}
	words, err := a.Catalog.Index().Lexicon()
	if err != nil {
		return err
	}
	a.People.UseWords(words)
	a.Cases = casework.New(casework.Options{City: a.City, Law: civil.CivilCode(), Packs: a.Catalog.Index, People: a.People, SMS: !o.Quiet})
	a.Atlas = atlas.New(a.DB, a.City)
	a.Population = population.New(a.DB, a.People, a.City)
	a.Proposals = proposal.New(a.City, a.Cases)
	a.Sessions = session.New(a.DB, session.Options{LoginPage: "/login", Deny: ui.Fail})
	a.Jobs = job.NewRunner(a.DB, job.Options{Log: a.Log})
	a.Window = &service.Window{Cases: a.Cases, Packs: a.Catalog.Index, People: a.People}
	a.Jobs.Handle(casework.Decided, func(tx *db.Tx, j job.Job) error {
		if err := a.Window.Decided(tx, j); err != nil {
			return err
		}
		if err := a.Benefits.Decided(tx, j); err != nil {
			return err
		}
		return a.Deposits.Decided(tx, j)
	})
	a.Duties = duty.New(duty.Options{Law: civil.CivilCode(), Packs: a.Catalog.Index})
	a.Duties.Register(a.Jobs)
	a.Proposals.Register(a.Jobs)
	a.Rounds = round.New(round.Options{Packs: a.Catalog.Index, Cases: a.Cases, Classes: &class.Classes{Register: a.People, Packs: a.Catalog.Index}})
	a.Rounds.Register(a.Jobs, a.DB)
	a.Pay = payrun.New(a.Catalog.Index)
	a.Pay.Offer(a.Pay.Listed())
	a.Pay.Register(a.Jobs, a.DB)
	a.Benefits = &benefit.Benefits{City: a.City, Packs: a.Catalog.Index, Classes: &class.Classes{Register: a.People, Packs: a.Catalog.Index}, Window: a.Window, Pay: a.Pay}
	a.Pay.Offer(a.Benefits.Offer())
	a.Deposits = deposit.New(deposit.Options{Packs: a.Catalog.Index, Cases: a.Cases, People: a.People, Law: civil.CivilCode()})
	a.Deposits.Register(a.Jobs, a.DB)
	a.Pay.Offer(a.Deposits.Offer())
	a.Answers = standing.New(a.DB, a.Population, a.Catalog.Index)
	a.Benefits.Register(a.Jobs, a.DB, a.Answers)
	a.Figures = indicator.New(indicator.Options{Law: civil.CivilCode(), Packs: a.Catalog.Index})
	a.Figures.Register(a.Jobs, a.DB)
	a.Live = a.Figures.NewLive(a.City)
	a.Notices = notice.New(notice.Options{Packs: a.Catalog.Index, Counts: a.Figures, Duties: a.Duties})
	a.Orders = serviceorder.New(serviceorder.Options{Packs: a.Catalog.Index, Cases: a.Cases, People: a.People, Law: civil.CivilCode()})
	a.Orders.Register(a.Jobs)
	a.Pay.Offer(a.Orders.Offer())
	a.Admissions = admission.New(a.Cases, a.Catalog.Index)
	a.Tables = table.New(table.Options{Packs: a.Catalog.Index, Figures: a.Figures, Admissions: a.Admissions, Files: a.Blobs})
	a.Field = &field.Inbox{DB: a.DB, Cases: a.Cases, Rounds: a.Rounds, Packs: a.Catalog.Index, Places: a.Places, Files: a.Blobs}
	a.Field.Register(a.Jobs)
	picture.Register(a.Jobs, a.Blobs)
	hall.Register(a.Jobs)
	grid.Register(a.Jobs, func(at time.Time) int { return a.Cases.Bound("track-days", at) })
	a.Fixtures = &fixture.Fixtures{Places: a.Places}
	a.Fixtures.Register(a.Jobs)
	a.Jobs.Handle(event.JobPlaces, a.followPlaces)
	a.Jobs.HandleOutside(daily, a.tidy)
	a.Jobs.OnFailed(daily, func(tx *db.Tx, _ job.Job) error { return nextNight(tx) })
	a.admin = a.administration()
	admin.Jobs(a.Jobs, a.admin)
	if a.room, err = blob.Open(filepath.Join(o.Data, "files"), maxTable); err != nil {
		return err
	}
	a.Sent = &exchange.Tables{DB: a.DB, Files: a.room, People: a.People, Words: a.People.Words,
		Actor: func(tx *db.Tx, account db.ID) (staff.Actor, error) { return staff.ActorOf(tx, account, staff.ViaJob) }}
	a.Sent.Register(a.Jobs)
	notify.Register(a.Jobs, a.DB, notify.Options{Gateway: &notify.FileGateway{Path: filepath.Join(o.Data, "sms.jsonl")}})
	return nil
}

// CityName is what the city is called, or the name of the program before places are imported.
func (a *App) CityName() string {
	if p, ok := a.Places.Tree().Get(a.City); ok {
		return p.Name
	}
	return "邻里"
}

func (a *App) url(name string) string {
	if name == "" || name == "sqlite" {
		return "sqlite:" + filepath.Join(a.Data, "linli.db")
	}
	return name
}

// Close closes the database and lets the folder go.
func (a *App) Close() error {
	var errs []error
	if a.DB != nil {
		errs = append(errs, a.DB.Close())
	}
	if a.unlock != nil {
		errs = append(errs, a.unlock())
	}
	return errors.Join(errs...)
}
