package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// USER_HZ: the unit of /proc/<pid>/stat is 1/100 s on every architecture that Debian builds for (proc(5), sysconf(_SC_CLK_TCK)).
const clockTick = 10 * time.Millisecond

// usage is what had been used at one moment.
type usage struct {
	at     time.Time
	broker time.Duration
	// Of the broker's first thread, which in Node.js has the event loop.
	loop      time.Duration
	generator time.Duration
	machine   time.Duration
}

// Window tells how busy the processors were between two moments.
type Window struct {
	Seconds          float64 `json:"seconds"`
	BrokerSeconds    float64 `json:"brokerCpuSeconds"`
	LoopSeconds      float64 `json:"brokerLoopCpuSeconds"`
	GeneratorSeconds float64 `json:"generatorCpuSeconds"`
	// What other processes of the machine used meanwhile, steal included: the disturbance.
	OtherSeconds float64 `json:"otherCpuSeconds"`
}

func (u usage) until(later usage) Window {
	broker, generator := later.broker-u.broker, later.generator-u.generator
	return Window{
		Seconds:          later.at.Sub(u.at).Seconds(),
		BrokerSeconds:    broker.Seconds(),
		LoopSeconds:      (later.loop - u.loop).Seconds(),
		GeneratorSeconds: generator.Seconds(),
		OtherSeconds:     max(0, (later.machine - u.machine - broker - generator).Seconds()),
	}
}

func usageOf(broker int) (usage, error) {
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		return usage{}, err
	}
	of, err := processTime(fmt.Sprintf("/proc/%d/stat", broker))
	if err != nil {
		return usage{}, err
	}
	loop, err := processTime(fmt.Sprintf("/proc/%d/task/%d/stat", broker, broker))
	if err != nil {
		return usage{}, err
	}
	machine, err := machineTime()
	if err != nil {
		return usage{}, err
	}
	return usage{at: time.Now(), broker: of, loop: loop, generator: time.Duration(own.Utime.Nano() + own.Stime.Nano()), machine: machine}, nil
}

// processTime is utime + stime: fields 14 and 15 of /proc/<pid>/stat, there of all threads, and of /proc/<pid>/task/<tid>/stat (proc(5)).
func processTime(file string) (time.Duration, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf("the broker has gone: %w", err)
	}
	// The second field is the name, which may hold spaces.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	return ticks(fields[11], fields[12])
}

// machineTime is the time that all processors were not idle: fields of the first line of /proc/stat but idle (4) and iowait (5); guest time is part of user time.
func machineTime() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	return ticks(fields[1], fields[2], fields[3], fields[6], fields[7], fields[8])
}

func ticks(fields ...string) (time.Duration, error) {
	total := time.Duration(0)
	for _, field := range fields {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(n) * clockTick
	}
	return total, nil
}

// residentBytes is VmRSS of /proc/<pid>/status.
func residentBytes(pid int) (int64, error) {
	kilobytes, err := fieldOf(fmt.Sprintf("/proc/%d/status", pid), "VmRSS:")
	return kilobytes * 1024, err
}

// writtenBytes is write_bytes of /proc/<pid>/io: what was given to the file system to be written to the disk.
func writtenBytes(pid int) (int64, error) {
	return fieldOf(fmt.Sprintf("/proc/%d/io", pid), "write_bytes:")
}

func fieldOf(file, name string) (int64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf("the broker has gone: %w", err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
		}
	}
	return 0, fmt.Errorf("%s has no %s", file, name)
}
