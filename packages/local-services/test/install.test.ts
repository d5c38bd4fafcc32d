import { describe, expect, it } from '@jest/globals';
import { installHint, systemFrom, type Tool } from '../src/install.js';

const debian12 = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n';
const debian13 = 'VERSION_ID="13"\nID=debian\n';
const ubuntu2204 = 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\n';
const ubuntu2404 = 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n';
const fedora = 'ID=fedora\nVERSION_ID=42\n';
const rocky = 'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n';
const all: Tool[] = ['java', 'maven', 'redis'];

describe('the current system', () => {
  it.each([
    ['linux', debian12, 'debian', '12'],
    ['linux', ubuntu2404, 'debian', '24.04'],
    ['linux', fedora, 'fedora', '42'],
    ['linux', rocky, 'fedora', '9.4'],
    ['linux', 'ID=alpine\n', 'other', ''],
    ['darwin', '', 'macos', ''],
  ])('is recognised on %s from %j', (platform, osRelease, system, version) => {
    expect(systemFrom(platform, osRelease, false)).toMatchObject({ system, version });
  });
});

describe('the commands for missing programs', () => {
  const hint = (osRelease: string, tools = all, root = false, platform = 'linux') =>
    installHint(tools, systemFrom(platform, osRelease, root)).split('\n');

  it('name the command of this system first, then those of the others', () => {
    expect(hint(debian12)).toEqual([
      'Install what is missing:',
      '  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install -y --no-install-recommends openjdk-17-jre-headless maven redis-server',
      '  Fedora:          sudo dnf install -y java-21-openjdk-headless maven valkey',
      '  macOS:           brew install openjdk@21 maven redis',
      'Or, as root: npx truyvet services up --install',
    ]);
    expect(hint(fedora)[1]).toMatch(/^ {2}Fedora: +sudo dnf install -y/);
    expect(hint('', all, false, 'darwin')[1]).toMatch(/^ {2}macOS: +brew install/);
  });

  it('name only what is missing', () => {
    expect(hint(debian12, ['redis'])[1]).toMatch(/--no-install-recommends redis-server$/);
    expect(hint(fedora, ['maven'])[1]).toMatch(/dnf install -y maven$/);
  });

  it('name the Java that the release has', () => {
    expect(hint(debian13)[1]).toContain(' openjdk-21-jre-headless ');
    expect(hint(ubuntu2404)[1]).toContain(' openjdk-21-jre-headless ');
    expect(hint(ubuntu2204)[1]).toContain(' openjdk-17-jre-headless ');
  });

  it('mention elsewhere that Debian 13 has another Java', () => {
    expect(hint(fedora).join('\n')).toContain('(Debian 13: openjdk-21-jre-headless)');
  });

  it('name a Java for a calendar release of Neo4j, and where to get one for a system that has none', () => {
    const tools: Tool[] = ['java-21'];
    expect(hint(debian13, tools)[1]).toMatch(/ openjdk-21-jre-headless$/);
    expect(hint(debian12, tools)[1]).toMatch(/ openjdk-21-jre-headless {3}\(if .*https:\/\/adoptium\.net\)$/);
    expect(hint(fedora, tools)[1]).toMatch(/dnf install -y java-21-openjdk-headless$/);
    expect(hint('', tools, false, 'darwin')[1]).toMatch(/brew install openjdk@21$/);
  });

  it('leave sudo out for root and offer an automatic installation on Debian only', () => {
    expect(hint(debian12, all, true)[1]).toMatch(/^ {2}Debian, Ubuntu: {2}apt-get update && apt-get install/);
    expect(hint(fedora).join('\n')).not.toContain('--install');
  });
});
