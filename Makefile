# Makefile - build, test and check moonwire. `make help` lists the targets.
#
# Everything generated goes to build/. A variant is the same Makefile with another BUILD
# folder: build/asan, build/tsan, build/clang.

PREFIX ?= /usr/local
BUILD  ?= build
SPECS  ?=
PARTS  ?=
SECONDS ?= 60
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || \
             cat $(BUILD)/version 2>/dev/null || echo unknown)

MOONWIRE = $(BUILD)/moonwire
FLOOR    = $(BUILD)/floor

ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)# one's own -j goes before this one
endif
MAKEFLAGS += --no-print-directory
Q = $(if $(V),,@)# V=1 shows the commands

## ---- what can be left out --------------------------------------------------------------

# A library that is missing takes its folder with it, and the program says so when asked.
HTTP_LIBRARY := $(shell pkg-config --exists libmicrohttpd 2>/dev/null && echo libmicrohttpd)
EDIT_LIBRARY := $(shell pkg-config --exists libedit 2>/dev/null && echo libedit)
# It has no .pc file. Sanitizers bring an allocator of their own.
MALLOC_LIBRARY := $(if $(SANITIZE),,$(shell echo 'int main(void) { return 0; }' | \
                    $(CC) -x c -o /dev/null - -lmimalloc 2>/dev/null && echo mimalloc))
LEFT_OUT      = $(if $(HTTP_LIBRARY),,$(wildcard host/http/*.c)) \
                $(if $(EDIT_LIBRARY),,$(wildcard host/console/*.c))

## ---- sources -------------------------------------------------------------------------

C_FILES     := $(sort $(shell find host -name '*.c'))
H_FILES     := $(sort $(shell find host -name '*.h'))
FUZZ_FILES  := $(filter host/fuzz/%,$(C_FILES))
FUZZ_TARGETS ?= $(filter-out replay script target,$(FUZZ_FILES:host/fuzz/%.c=%)) \
               $(patsubst spec/fuzz/%.lua,%,$(sort $(wildcard spec/fuzz/*.lua)))
FLOOR_FILES := $(filter host/floor/%,$(C_FILES))
HOST_FILES  := $(filter-out $(FUZZ_FILES) $(FLOOR_FILES) $(LEFT_OUT),$(C_FILES)) \
               $(if $(filter thread,$(SANITIZE)),.ci/tsan.c)

object = $(1:%.c=$(BUILD)/obj/%.o)

## ---- compiler ------------------------------------------------------------------------

LIBRARIES = lua5.4 lua5.4-luv libssh libuv libcrypto yajl yaml-0.1 zlib
OPTIONAL  = $(HTTP_LIBRARY) $(EDIT_LIBRARY)
# -isystem: our warnings are not for other people's headers
HOST_CPPFLAGS := -Ihost -D_GNU_SOURCE $(if $(HTTP_LIBRARY),-DMOONWIRE_HTTP) \
                   $(if $(EDIT_LIBRARY),-DMOONWIRE_EDIT) \
                   $(if $(MALLOC_LIBRARY),-DMOONWIRE_MIMALLOC) \
                   $(patsubst -I%,-isystem %,\
                   $(shell pkg-config --cflags $(LIBRARIES) $(OPTIONAL) 2>/dev/null))
# Behind libc: mimalloc has a malloc, too, which nobody is to find.
HOST_LIBS := $(shell pkg-config --libs $(LIBRARIES) $(OPTIONAL) 2>/dev/null) -lpthread -lm \
               $(MALLOC_LIBRARY:%=-lc -l%)

ANY_WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wundef \
  -Wformat=2 -Wvla -Wnull-dereference -Wdouble-promotion -Wimplicit-fallthrough \
  -Wcast-qual -Wpointer-arith
CLANG_WARNINGS = $(ANY_WARNINGS) -Wcomma -Wconditional-uninitialized -Wunreachable-code
GCC_WARNINGS = $(ANY_WARNINGS) -Wlogical-op -Wduplicated-cond -Wduplicated-branches \
  -Wjump-misses-init
IS_CLANG := $(findstring clang,$(shell $(CC) --version 2>/dev/null))
WARNINGS := $(if $(IS_CLANG),$(CLANG_WARNINGS),$(GCC_WARNINGS))
WERROR = -Werror# WERROR= lets warnings pass

ifeq ($(SANITIZE),)
CFLAGS  ?= -O2 -g -D_FORTIFY_SOURCE=3 -fstack-protector-strong
LDFLAGS ?= -Wl,-z,relro,-z,now
else
CFLAGS  = -O1 -g -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS = -fsanitize=$(SANITIZE)
endif

COMPILE = $(CC) -std=c11 -fPIE $(HOST_CPPFLAGS) $(CPPFLAGS) $(WARNINGS) $(WERROR) $(CFLAGS)
LINK    = $(CC) -pie $(CFLAGS) $(LDFLAGS)

## ---- build ---------------------------------------------------------------------------

.PHONY: build
build: $(MOONWIRE) ## compile build/moonwire; this is what `make` does

.DEFAULT_GOAL := build

$(MOONWIRE): $(call object,$(HOST_FILES))
	@echo "  link  $@"
	$(Q)$(LINK) -o $@ $^ $(HOST_LIBS)

.PHONY: floor
floor: $(if $(FLOOR_FILES),$(FLOOR)) ## compile the bare C client that the bench compares with

$(FLOOR): $(call object,$(FLOOR_FILES))
	@echo "  link  $@"
	$(Q)$(LINK) -o $@ $^ $(HOST_LIBS)

$(BUILD)/obj/%.o: %.c | libraries
	@echo "  cc    $<"
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

$(call object,host/main.c): CPPFLAGS += -DMOONWIRE_VERSION='"$(VERSION)"'
$(call object,host/main.c): $(BUILD)/version

$(call object,host/core/library.c): $(BUILD)/optional # the list of what there is

$(BUILD)/optional: FORCE
	@mkdir -p $(@D)
	@echo '$(OPTIONAL)' | cmp -s - $@ || echo '$(OPTIONAL)' > $@

$(BUILD)/version: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' > $@

# Say the package's name before the compiler misses a header.
.PHONY: libraries
libraries:
	@.ci/libraries $(CC) $(LIBRARIES)

-include $(patsubst %.o,%.d,$(call object,$(C_FILES)))

.PHONY: FORCE
FORCE:

.PHONY: setup
setup: setup-build-run-test-lint ## install what is missing, with apt

setup-%:
	@.ci/setup $(subst -, ,$*)

.PHONY: setup-specs
setup-specs:
	@.ci/setup build run test
	@.ci/unpack build/real # real systems to talk to
	@.ci/packages spec/browser build/browser || echo "setup: the spec of the pages will be skipped"

## ---- bench ---------------------------------------------------------------------------

# What is missing must be there before this Makefile is read again: hence the sub-makes.

.PHONY: bench bench-seeds bench-scale bench-stream bench-http
bench: ## five simulated devices in every mode: table, chart, outputs/
	@$(MAKE) setup-build-run
	@$(MAKE) build
	@$(MOONWIRE) bench

bench-seeds: ## the same as the documents' own figures were measured
	@$(MAKE) setup-build-run
	@$(MAKE) build
	@$(MOONWIRE) bench --profile cloud

bench-scale: ## how it grows: 100 to 19,000 devices, beside bare C
	@$(MAKE) setup-build-run
	@$(MAKE) build floor
	@$(MOONWIRE) bench --scale

bench-stream: ## 100 MB of one device: into a file, line by line, and by ssh
	@$(MAKE) setup-build-run
	@$(MAKE) build
	@$(MOONWIRE) bench --stream 100M

bench-http: ## HTTP beside a run, slow clients, warm sessions, one call from Ansible
	@$(MAKE) setup-build-run-load
	@$(MAKE) build
	@$(MOONWIRE) bench --http

readme: ## put the figures of outputs/ and the output of scripts/hello.lua into README.md
	@$(MAKE) build
	@$(BUILD)/moonwire .ci/readme.lua

## ---- docs ----------------------------------------------------------------------------

SWAGGER = swagger-ui-bundle.js swagger-ui.css LICENSE

.PHONY: docs-ui
docs-ui: ## put Swagger UI where /docs of `moonwire serve` has it (npm)
	@$(MAKE) setup-docs
	@.ci/packages .ci/docs-ui build/docs-ui-packages
	@mkdir -p $(BUILD)/docs-ui
	@cp $(addprefix build/docs-ui-packages/node_modules/swagger-ui-dist/,$(SWAGGER)) \
	  $(BUILD)/docs-ui
	@echo "docs-ui: /docs of $(MOONWIRE) serve is Swagger UI now, /docs/plain our own page"

## ---- test ----------------------------------------------------------------------------

# The sanitizers' runtimes of Debian 12 do not know every kernel's address layout.
FIXED_ADDRESSES = $(shell setarch -R true 2>/dev/null && echo setarch -R)

# Seconds a test may take where everything takes ten times as long.
SLOWLY = MOONWIRE_TEST_TIMEOUT=600

.PHONY: test gc asan tsan fuzz
test: ## run the specs; SPECS="spec/task_spec.lua" for some of them
	@$(MAKE) setup-specs
	@$(MAKE) build fuzz-replay starve
	@$(MOONWIRE) test $(AGAIN) $(SPECS)

gc: ## the specs with a collector that never rests
	@$(MAKE) setup-specs
	@$(MAKE) build fuzz-replay starve
	@MOONWIRE_GC=stress $(SLOWLY) $(MOONWIRE) test $(SPECS)

# No WERROR: what a sanitizer adds to the code makes gcc see ghosts.
asan: ## the specs under AddressSanitizer, LeakSanitizer and UBSan
	@$(MAKE) setup-specs
	@$(MAKE) build fuzz-replay BUILD=$(BUILD)/asan SANITIZE=address,undefined WERROR=
	@ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:suppressions=$(CURDIR)/.ci/asan.supp \
	  LSAN_OPTIONS=suppressions=$(CURDIR)/.ci/lsan.supp:print_suppressions=0 \
	  UBSAN_OPTIONS=print_stacktrace=1 \
	  $(FIXED_ADDRESSES) $(BUILD)/asan/moonwire test $(AGAIN) $(SPECS)

tsan: ## the specs under ThreadSanitizer
	@$(MAKE) setup-specs
	@$(MAKE) build fuzz-replay BUILD=$(BUILD)/tsan SANITIZE=thread WERROR=
	@TSAN_OPTIONS=suppressions=$(CURDIR)/.ci/tsan.supp:history_size=7:halt_on_error=1:second_deadlock_stack=1 \
	  $(SLOWLY) $(FIXED_ADDRESSES) $(BUILD)/tsan/moonwire test $(SPECS)

# Specs replay the corpus with the program that `make` builds, beside it.
.PHONY: fuzz-replay
fuzz-replay: $(BUILD)/fuzz-replay

$(BUILD)/fuzz-replay: $(call object,$(FUZZ_FILES) $(filter-out host/main.c,$(HOST_FILES)))
	@echo "  link  $@"
	$(Q)$(LINK) -o $@ $^ $(HOST_LIBS)

PARSERS = $(filter-out %_lua.c,$(wildcard host/term/*.c host/proto/*.c)) \
  $(wildcard host/decode/*.c) \
  $(addprefix host/,core/wire_unpack.c core/scrub.c lab/edit.c ssh/agent.c ssh/kexinit.c \
  ssh/known_hosts.c ssh/algorithms.c http/httpd.c http/request.c)

.PHONY: coverage valgrind
coverage: ## how much of the parsers in C the fuzzers' kept inputs reach
	@$(MAKE) setup-build-run
	@$(MAKE) fuzz-replay BUILD=$(BUILD)/coverage WERROR= LDFLAGS=--coverage \
	  CFLAGS='-O0 -g --coverage'
	@.ci/coverage $(BUILD)/coverage $(PARSERS)

valgrind: ## a spec under valgrind: FILE=spec/host/ssh_spec.lua
	@$(MAKE) setup-specs setup-memcheck
	@$(MAKE) build
	@MOONWIRE_TEST_TIMEOUT=600 valgrind -q --error-exitcode=9 --leak-check=no \
	  $(MOONWIRE) test $(FILE)

# What makes one call of ours fail; not under a sanitizer, which has its own malloc.
.PHONY: starve
starve: $(if $(SANITIZE),,$(BUILD)/starve.so)

$(BUILD)/starve.so: .ci/starve.c
	@echo "  cc    $<"
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra $(WERROR) -O1 -fPIC -fno-builtin \
	  $(shell pkg-config --cflags lua5.4) -shared -o $@ $<

fuzz: ## feed every parser for SECONDS; FUZZ_TARGETS="csv wire" for some of them
	@$(MAKE) setup-build-run-lint
	@$(MAKE) fuzz-all BUILD=$(BUILD)/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined

.PHONY: fuzz-all
fuzz-all: $(BUILD)/fuzz
	@.ci/fuzz $(BUILD) $(SECONDS) $(FUZZ_TARGETS)

$(BUILD)/fuzz: $(call object,$(filter-out host/fuzz/replay.c,$(FUZZ_FILES)) \
    $(filter-out host/main.c,$(HOST_FILES)))
	@echo "  link  $@"
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $^ $(HOST_LIBS)

# What it was and what it reached also goes to outputs/torture.json.
.PHONY: torture
torture: ## faults by the thousand, and what holds under them; PARTS="faults" for some
	@$(MAKE) setup-specs
	@$(MAKE) build starve
	@mkdir -p outputs
	@$(MOONWIRE) spec/torture/main.lua --json outputs/torture.json $(PARTS)

## ---- lint ----------------------------------------------------------------------------

SHELL_FILES := $(shell grep -lrE '^\#!.*\b(ba|da)?sh$$' .ci scripts 2>/dev/null)

LINTS = lint-format lint-tidy lint-cppcheck lint-lua lint-shell lint-manual lint-layers \
  lint-habits lint-data lint-catalogue lint-page lint-doc
.PHONY: lint $(LINTS)
lint: ## all static checks; goes on after a failure
	@$(MAKE) setup-build-lint
	@$(MAKE) -k $(LINTS)

lint-format:
	@echo "  lint  clang-format"
	@clang-format --dry-run -Werror $(C_FILES) $(H_FILES) $(wildcard .ci/*.[ch])

# Per file, so that only what changed is looked at; the object knows its headers. What
# clang warns of, which builds the fuzzers, is seen here first.
lint-tidy: $(C_FILES:%.c=$(BUILD)/tidy/%)

$(BUILD)/tidy/%: $(BUILD)/obj/%.o .clang-tidy .ci/analyzer.h
	@echo "  tidy  $*.c"
	@mkdir -p $(@D)
	$(Q)clang-tidy --quiet $*.c -- -std=c11 $(HOST_CPPFLAGS) $(CLANG_WARNINGS) \
	  -include .ci/analyzer.h 2>$@.log || \
	  { grep -v 'warnings generated' $@.log; exit 1; }
	@touch $@

lint-cppcheck:
	@echo "  lint  cppcheck"
	@cppcheck --enable=warning,style,performance,portability --std=c11 --inline-suppr \
	  --suppressions-list=.ci/cppcheck.supp --include=.ci/analyzer.h \
	  --error-exitcode=1 -q -D__linux__ -Ihost host

lint-lua:
	@echo "  lint  luacheck"
	@luacheck -q .

lint-doc:
	@echo "  lint  ldoc"
	@ldoc --fatalwarnings -q -c .ldoc -d $(BUILD)/doc . >/dev/null

lint-shell:
	@echo "  lint  shellcheck"
	@shellcheck $(SHELL_FILES)

lint-manual: man
	@echo "  lint  manual pages"
	@warnings=$$(for page in host/moonwire.1 $(BUILD)/man/*.1; do \
	  groff -mandoc -ww -z $$page 2>&1; done); echo "$$warnings"; test -z "$$warnings"

lint-layers:
	@echo "  lint  .ci/layers.lua"
	@lua5.4 .ci/layers.lua selftest
	@lua5.4 .ci/layers.lua

lint-habits:
	@echo "  lint  .ci/habits.lua"
	@lua5.4 .ci/habits.lua

lint-page:
	@echo "  lint  .ci/page"
	@.ci/page lua/moonwire/serve/page

lint-data: $(call object,$(HOST_FILES))
	@echo "  lint  .ci/data.lua"
	@lua5.4 .ci/data.lua $^

lint-catalogue: build
	@echo "  lint  spec/README.md"
	@$(MOONWIRE) .ci/catalogue.lua

.PHONY: map
map: ## print the house: every file, what it is for, what it uses
	@lua5.4 .ci/layers.lua map

.PHONY: format
format: ## lay out the C files
	@clang-format -i $(C_FILES) $(H_FILES) $(wildcard .ci/*.[ch])

.PHONY: doc
doc: ## the Lua API as build/doc/index.html
	@$(MAKE) setup-lint
	@ldoc --fatalwarnings -c .ldoc -d $(BUILD)/doc .

# Leaks are for LeakSanitizer: gcc 12 sees them in every growing array.
ANALYZE = CPPFLAGS='-include .ci/analyzer.h' \
  CFLAGS='-O2 -fanalyzer -Wno-analyzer-malloc-leak'

.PHONY: check
check: ## everything above, one after the other: what must hold before a release
	@$(MAKE) lint
	@$(MAKE) build BUILD=$(BUILD)/gcc CC=gcc $(ANALYZE)
	@$(MAKE) build BUILD=$(BUILD)/clang CC=clang
	@$(MAKE) test
	@$(MAKE) gc
	@$(MAKE) asan
	@$(MAKE) tsan
	@$(MAKE) doc

## ---- install -------------------------------------------------------------------------

ROOM = $(DESTDIR)$(PREFIX)
LUA_FILES = $(shell cd lua && find . -name '*.lua' -o -path '*/parse/templates/*' -type f \
              -o -path '*/serve/page/*' -type f)

MAN1 = $(ROOM)/share/man/man1
COMPLETIONS = $(ROOM)/share/bash-completion/completions

.PHONY: man install uninstall deb
man: build ## the manual pages of the subcommands, in build/man
	@rm -rf $(BUILD)/man
	@$(MOONWIRE) .ci/man.lua $(BUILD)/man

install: man ## to PREFIX (/usr/local), below DESTDIR
	install -D -m 755 $(MOONWIRE) $(ROOM)/bin/moonwire
	install -D -m 644 -t $(MAN1) host/moonwire.1 $(BUILD)/man/*.1
	@mkdir -p $(COMPLETIONS)
	$(MOONWIRE) completion bash > $(COMPLETIONS)/moonwire
	@for file in $(LUA_FILES); do \
	  install -D -m 644 lua/$$file $(ROOM)/share/moonwire/lua/$$file || exit; \
	done
	@for file in $(wildcard $(addprefix $(BUILD)/docs-ui/,$(SWAGGER))); do \
	  install -D -m 644 -t $(ROOM)/share/moonwire/docs-ui $$file || exit; \
	done

uninstall: ## take that away again
	rm -f $(ROOM)/bin/moonwire $(COMPLETIONS)/moonwire
	rm -f $(MAN1)/moonwire.1 $(MAN1)/moonwire-*.1
	rm -rf $(ROOM)/share/moonwire

deb: ## a Debian package, in build/
	@$(MAKE) setup-build-run
	@rm -rf $(BUILD)/deb
	@$(MAKE) install DESTDIR=$(CURDIR)/$(BUILD)/deb PREFIX=/usr >/dev/null
	@.ci/deb $(CURDIR)/$(BUILD)/deb '$(VERSION)' $(BUILD)

.PHONY: clean
clean: ## remove build/
	rm -rf $(BUILD)

.PHONY: help
help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
