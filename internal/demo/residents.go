package demo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"linli/internal/place"
	"linli/internal/register"
)

// rand is a generator of its own for one purpose, so that more of one thing does not change the others.
func (b *build) rand(purpose string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return rand.New(rand.NewPCG(uint64(b.o.Seed), h.Sum64()))
}

// block is how many residents live under one roof: seven households.
const block = 20

// sizes are the households of a block, in the order of its residents.
var sizes = [...]int{3, 3, 2, 4, 3, 2, 3}

// role says which household of its block a resident belongs to, and as what: 0 the head, 1 the spouse, then children.
func role(i int) (household, member int) {
	n := i % block
	for h, size := range sizes {
		if n < size {
			return h, n
		}
		n -= size
	}
	return 0, 0
}

// A roof is where a block lives: a building of rooms, or houses of a village.
type roof struct {
	home  place.Place
	at    place.Place // the grid of home in which it stands; home itself where there are none
	scene scene
	name  string // of the building or the group of houses
}

func (b *build) roof(n int) roof {
	r := b.rand(fmt.Sprint("block ", n))
	home := b.home(r)
	s, at := newScene(r, home.Code, short(home.Name)), home
	if grids := b.tree.Children(home.Code); len(grids) > 0 {
		at = grids[n%len(grids)]
	}
	if s.rural() {
		return roof{home, at, s, fmt.Sprintf("%d组", 1+n)}
	}
	return roof{home, at, s, fmt.Sprintf("%s%d号楼", s.estate, 1+n)}
}

// address is that of a block in full; door is the last part of a household's own.
func (b *build) address(f roof) string {
	return b.tree.FullName(f.home.Parent, 1) + f.scene.village + f.name
}

func (f roof) door(household int) string {
	if f.scene.rural() {
		return fmt.Sprintf("%d号", 1+household)
	}
	return fmt.Sprintf("%d0%d室", 1+household/2, 1+household%2)
}

// shared says that in every third block the last two households share a dwelling, so that there are fewer dwellings than households.
func shared(n, household int) int {
	if n%3 == 0 && household == len(sizes)-1 {
		return household - 1
	}
	return household
}

// resident invents the i-th person of the city.
func (b *build) resident(i int) register.Newcomer {
	h, member := role(i)
	f := b.roof(i / block)
	head := b.rand(fmt.Sprint("household ", i/block, " ", h))
	family, year := pick(head, surname), 1945+head.IntN(45)
	r := b.rand(fmt.Sprint("resident ", i))
	switch name := personName(r); {
	case member == 1:
		return b.newcomer(r, i, name, year-3+head.IntN(6), f, h)
	case member > 1:
		return b.newcomer(r, i, string(family)+string([]rune(name)[1:]), min(year+22+head.IntN(8)+3*(member-2), b.now.Year()-1), f, h)
	default:
		return b.newcomer(r, i, string(family)+string([]rune(name)[1:]), year, f, h)
	}
}

func (b *build) newcomer(r *rand.Rand, i int, name string, year int, f roof, h int) register.Newcomer {
	return register.Newcomer{Name: name, Phone: phone(i), IDNumber: identity(r, i, year), Place: f.at.Code, Home: f.home.Code,
		Address: b.address(f) + f.door(shared(i/block, h)), Source: "demo"}
}

// phone counts up from 199-0000-0000.
func phone(i int) string { return fmt.Sprintf("%d", 19_900_000_000+int64(i)) }

// identity is a number of the form of GB 11643 in an area that does not exist: no province has the code 99.
func identity(r *rand.Rand, i, year int) string {
	return numbered(i, fmt.Sprintf("%04d%02d%02d", year, 1+r.IntN(12), 1+r.IntN(28)))
}

// numbered is the number of the i-th invented person, born on a day written as 20060102.
func numbered(i int, born string) string {
	n := fmt.Sprintf("99%04d%s%03d", i/1000, born, i%1000)
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for k, w := range weights {
		sum += w * int(n[k]-'0')
	}
	return n + string("10X98765432"[sum%11])
}
