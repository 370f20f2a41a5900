import { describe, expect, it } from 'vitest';
import { postingProblems, type Proposal, type VideoFacts } from '../../../src/domain/publication/posting-rules.ts';
import { request, second } from './commands.ts';

const { settings, creator, consent } = request();
const video: VideoFacts = { container: 'mp4', codec: 'h264', durationMillis: 15_000, width: 1080, height: 1920, frameRate: 30, bytes: 5_000_000 };

const proposal = (changes: Partial<Proposal> = {}): Proposal => ({
  kind: 'video',
  mode: 'direct',
  settings,
  title: 'Spring sale #shoes',
  description: null,
  consent,
  scheduleAt: null,
  video,
  creator,
  ...changes,
});

const problemsOf = (changes: Partial<Proposal>): readonly string[] => postingProblems(proposal(changes), second(10)).map(({ kind }) => kind);
const with_ = (changes: Partial<Proposal['settings']>): Partial<Proposal> => ({ settings: { ...settings, ...changes } });
const of = (changes: Partial<VideoFacts>): Partial<Proposal> => ({ video: { ...video, ...changes } });
const offered = (changes: Partial<NonNullable<Proposal['creator']>>): Partial<Proposal> =>
  creator === null ? {} : { creator: { ...creator, ...changes } };

describe('a post', () => {
  it('that keeps all rules has no problem', () => {
    expect(problemsOf({})).toEqual([]);
  });

  it.each<[string, string, Partial<Proposal>]>([
    ['a privacy level that the creator is not offered', 'PrivacyLevelNotOffered', with_({ privacyLevel: 'FOLLOWER_OF_CREATOR' })],
    ['no privacy level', 'PrivacyLevelNotOffered', with_({ privacyLevel: null })],
    ['comments that the creator has off', 'CommentDisabledByCreator', { ...with_({ allowComment: true }), ...offered({ commentDisabled: true }) }],
    ['duets that the creator has off', 'DuetDisabledByCreator', { ...with_({ allowDuet: true }), ...offered({ duetDisabled: true }) }],
    ['stitches that the creator has off', 'StitchDisabledByCreator', { ...with_({ allowStitch: true }), ...offered({ stitchDisabled: true }) }],
    ['no consent', 'ConsentMissing', { consent: null }],
    ['consent of a time to come', 'ConsentMissing', { consent: { confirmedAt: second(311), musicUsage: true, brandedContentPolicy: true } }],
    ['consent without the music confirmation', 'ConsentMissing', { consent: { confirmedAt: second(0), musicUsage: false, brandedContentPolicy: true } }],
    ['branded content without consent to its policy', 'ConsentMissing', with_({ brandContent: true, privacyLevel: 'PUBLIC_TO_EVERYONE' })],
    ['a title of 2,201 UTF-16 units', 'TitleTooLong', { title: 'a'.repeat(2_201) }],
    ['1,101 emoji, which TikTok counts as two each', 'TitleTooLong', { title: '🎵'.repeat(1_101) }],
    ['a schedule that has passed', 'ScheduleInPast', { scheduleAt: second(10) }],
    ['a video longer than the creator may post', 'VideoTooLong', of({ durationMillis: 600_001 })],
    ['another container', 'VideoFormat', of({ container: 'avi' })],
    ['another codec', 'VideoFormat', of({ codec: 'prores' })],
    ['more than 4 GiB', 'VideoSize', of({ bytes: 4_294_967_297 })],
    ['359 pixels', 'VideoDimensions', of({ width: 359 })],
    ['4,097 pixels', 'VideoDimensions', of({ height: 4_097 })],
    ['22 frames a second', 'VideoFrameRate', of({ frameRate: 22.9 })],
    ['61 frames a second', 'VideoFrameRate', of({ frameRate: 60.1 })],
  ])('with %s is refused: %s', (_, kind, changes) => {
    expect(problemsOf(changes)).toEqual([kind]);
  });

  it('of branded content cannot be private', () => {
    const agreed = { confirmedAt: second(0), musicUsage: true, brandedContentPolicy: true };
    expect(problemsOf({ ...with_({ brandContent: true }), consent: agreed })).toEqual(['BrandedContentCannotBePrivate']);
    expect(problemsOf({ ...with_({ brandContent: true, privacyLevel: 'PUBLIC_TO_EVERYONE' }), consent: agreed })).toEqual([]);
  });

  it.each<[string, Partial<Proposal>]>([
    ['exactly 2,200 UTF-16 units of title', { title: '🎵'.repeat(1_100) }],
    ['no title', { title: '' }],
    ['a duet setting on photos, where it does not apply', { kind: 'photo', video: null, ...with_({ allowDuet: true }), ...offered({ duetDisabled: true }) }],
    ['4,000 units of description on photos', { kind: 'photo', video: null, title: 'a'.repeat(90), description: 'd'.repeat(4_000) }],
    ['the largest and fastest video', of({ width: 4096, height: 360, frameRate: 60, durationMillis: 600_000, bytes: 4_294_967_296 })],
    ['frames that vary', of({ frameRate: null })],
    ['a schedule to come', { scheduleAt: second(11) }],
  ])('with %s is fine', (_, changes) => {
    expect(problemsOf(changes)).toEqual([]);
  });

  it('of photos has its own lengths', () => {
    const photos = { kind: 'photo', video: null, title: 'a'.repeat(91), description: 'd'.repeat(4_001) } as const;
    expect(problemsOf(photos)).toEqual(['TitleTooLong', 'DescriptionTooLong']);
  });

  it('as a draft needs neither consent nor privacy: the person decides in the app', () => {
    expect(problemsOf({ mode: 'draft', consent: null, creator: null, ...with_({ privacyLevel: null, brandContent: true }) })).toEqual([]);
    expect(problemsOf({ mode: 'draft', consent: null, creator: null, ...of({ durationMillis: 600_001 }) })).toEqual(['VideoTooLong']);
  });

  it('names everything at once', () => {
    const { length } = problemsOf({ consent: null, title: 'a'.repeat(9_999), ...of({ width: 1, frameRate: 5 }), ...with_({ privacyLevel: 'FOLLOWER_OF_CREATOR' }) });
    expect(length).toBe(5);
  });
});
