package throttle

import (
	"container/heap"
	"sync"
	"time"
)

// maxBuckets bounds the memory, to some 25 MB.
const maxBuckets = 100_000

// memory keeps the buckets of one server. When there are too many, those go first that would be forgotten first: to push out
// the bucket of an account, an attacker has to fill others further.
type memory struct {
	mu      sync.Mutex
	entries map[string]*entry
	queue   queue
	most    int
}

type entry struct {
	name      string
	level     level
	before    *level // the last try; nil once that is given back
	forgotten time.Time
	index     int // in the queue
}

func newMemory() *memory { return &memory{entries: map[string]*entry{}, most: maxBuckets} }

// take counts a try in all buckets, or if one has no room in none, and tells which and for how long; then bucket is its index,
// otherwise -1.
func (m *memory) take(now time.Time, buckets []Bucket) (bucket int, wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(now)
	for i, b := range buckets {
		if wait := m.level(b).wait(b.Limit, now); wait > 0 {
			return i, wait
		}
	}
	for _, b := range buckets {
		before := m.level(b)
		m.set(b, before.taken(b.Limit, now)).before = &before
	}
	return -1, 0
}

// giveBack takes a try back that was made at this time.
func (m *memory) giveBack(at time.Time, buckets []Bucket) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range buckets {
		e, known := m.entries[b.name()]
		switch {
		case !known:
		case e.before != nil && e.level.at.Equal(at):
			m.set(b, *e.before).before = nil
		default:
			m.set(b, e.level.givenBack()).before = nil // in which it still counts
		}
	}
}

func (m *memory) level(b Bucket) level {
	if known, ok := m.entries[b.name()]; ok {
		return known.level
	}
	return level{}
}

func (m *memory) set(b Bucket, l level) *entry {
	e, known := m.entries[b.name()]
	if !known {
		if len(m.queue) >= m.most {
			m.drop()
		}
		e = &entry{name: b.name()}
		m.entries[e.name] = e
	}
	e.level, e.forgotten = l, l.forgotten(b.Limit)
	if known {
		heap.Fix(&m.queue, e.index)
	} else {
		heap.Push(&m.queue, e)
	}
	return e
}

// forget removes what counts no more.
func (m *memory) forget(now time.Time) {
	for len(m.queue) > 0 && !m.queue[0].forgotten.After(now) {
		m.drop()
	}
}

func (m *memory) drop() { delete(m.entries, heap.Pop(&m.queue).(*entry).name) }

// queue has the entry in front that is forgotten first (container/heap).
type queue []*entry

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].forgotten.Before(q[j].forgotten) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *queue) Push(x any) {
	e := x.(*entry)
	e.index = len(*q)
	*q = append(*q, e)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return e
}
